// How a pixel pulls at the corners of the triangle it shows. Which triangle that is is held fixed.
#pragma once
#include "ring.cuh"

struct Pull {  // gradient by one corner
    real x, y, depth, w;
};

struct Slopes {  // gradient by a pixel's shares and depth
    real by_0, by_1, by_2, by_depth;
};

FN void add(const Pull& pull, Pull* sum) {
    sum->x += pull.x, sum->y += pull.y, sum->depth += pull.depth, sum->w += pull.w;
}

// Slopes [frames, 2, pixels] by the shares of corners 0 and 1, turned so that `first` is the first; null:
// none.
FN Slopes slopes_of_shares(const real* by_shares, int64 t, int64 pixels, int64 in_frame, int first) {
    if (by_shares == nullptr) return {0, 0, 0, 0};
    real g0 = by_shares[2 * t * pixels + in_frame], g1 = by_shares[(2 * t + 1) * pixels + in_frame];
    if (first == 0) return {g0, g1, 0, 0};
    return first == 1 ? Slopes{g1, 0, g0, 0} : Slopes{0, g0, g1, 0};
}

// The pull at the first corner. With corners moved so that the pixel (x, y) is the origin, q, share k is
// e_k / (e0 + e1 + e2) with e1 = q2 x q0 and e2 = q0 x q1 (Olano and Greer 1997, equation 10).
FN Pull pull_at(const Point& a, const Point& b, const Point& c, real x, real y, const Moved<real>& q,
                const Shares<real>& s, const Slopes& g) {
    real g0 = g.by_0 + g.by_depth * a.depth, g1 = g.by_1 + g.by_depth * b.depth;
    real g2 = g.by_2 + g.by_depth * c.depth, mean = s.s0 * g0 + s.s1 * g1 + s.s2 * g2;
    g1 = (g1 - mean) / s.total, g2 = (g2 - mean) / s.total;
    real right = g2 * q.y1 - g1 * q.y2, down = g1 * q.x2 - g2 * q.x1;
    return {right, down, g.by_depth * s.s0, -(x * right + y * down)};
}
