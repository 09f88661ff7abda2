// What a pixel of the z-buffer shows.
#pragma once
#include "clipping.cuh"

#define PER_THREAD 4  // pixels; launch.py says the same

struct Seen {
    int triangle;  // -1: nothing; then the rest is 0, and the depth -inf
    Triangle corners;
    real s0, s1, s2;
    real depth;
};

FN Seen nothing_seen() { return {-1, {0, 0, 0}, 0, 0, 0, (real)bits_float(0xff800000u)}; }

// Shares and depth from vertices as they are, not snapped: exactly differentiable.
FN void look_exactly(const Scene& s, int64 t, int column, int row, Seen* seen) {
    Point a = project(s, t, seen->corners.a), b = project(s, t, seen->corners.b),
          c = project(s, t, seen->corners.c);
    Shares<real> found = shares_of(moved<real>(a, b, c, (real)column + (real)0.5,
                                               (real)row + (real)0.5));
    seen->s0 = found.s0, seen->s1 = found.s1, seen->s2 = found.s2;
    seen->depth = found.s0 * a.depth + found.s1 * b.depth + found.s2 * c.depth;
}

// What the word says that the z-buffer holds for a pixel of frame t, which is frame group_frame of the
// group. In float64 shares are those of the vertices themselves, so that finite differences see them
// move; in float32 those of the snapped vertices, which stay in [0, 1].
FN Seen look(const Scene& s, const Snapped* snapped, const Away* away, int64 t, uint32 pixel,
             uint64 word) {
    Seen seen = nothing_seen();
    seen.triangle = triangle_of(word);
    if (seen.triangle < 0) return seen;
    find_triangle(s, t, (uint32)seen.triangle, &seen.corners);
    int row = (int)(pixel / (uint32)s.width), column = (int)(pixel % (uint32)s.width);
    if (sizeof(real) == 8) {
        look_exactly(s, t, column, row, &seen);
        return seen;
    }
    const Triangle& at = seen.corners;
    Snapped a = snapped[at.a], b = snapped[at.b], c = snapped[at.c];
    Fragment f;
    if (a.x == NOT_ON_SCREEN || b.x == NOT_ON_SCREEN || c.x == NOT_ON_SCREEN) {
        f = clipped_fragment(homogeneous(s, t, at), column, row);
    } else {
        Edges e = edges_at(corners_from(a, b, c), column, row, false);
        f = fragment(e.e0, e.e1, e.e2, weights_of(e.area, away[at.a], away[at.b], away[at.c]));
    }
    seen.s0 = f.s0, seen.s1 = f.s1, seen.s2 = (real)1 - seen.s0 - seen.s1;
    seen.depth = f.depth;
    return seen;
}

// Sources of one pixel's attribute: a [vertex, channel] array mixed by the shares.
FN real mix(const Seen& seen, const real* attributes, int64 channels, int64 channel) {
    if (seen.triangle < 0) return 0;
    return seen.s0 * attributes[seen.corners.a * channels + channel] +
           seen.s1 * attributes[seen.corners.b * channels + channel] +
           seen.s2 * attributes[seen.corners.c * channels + channel];
}
