// Where a silhouette crosses between the centres of two neighbouring pixels. The rules are those of
// core/drawing/antialias.py (after Laine et al., Modular Primitives for High-Performance
// Differentiable Rendering, 2020, section 3.5).
#pragma once
#include "ring.cuh"

#define WALK 8  // most triangles between a pixel's centre and a silhouette less than a pixel away
// How far, px, beyond a pixel's centre an edge may be that seems to run through it: what covers a pixel
// was decided with other rounding.
#define SLACK ((real)1 / (real)1024)

struct Mapped {  // what was drawn, and how its triangles hang together
    Scene scene;
    const int* across;  // [triangle_frames, triangle_count, 3]: 3 * triangle + corner, or -1
    const uint8* ends;  // [frames, triangle_count]: bit k: the surface ends at edge k
    const int* shown;   // [frames, height, width]
    const real* depth;  // the same
};

#define MAPPED SCENE, const int *across, const uint8 *ends, const int *shown, const real *depth
#define MAKE_MAPPED \
    MAKE_SCENE;     \
    const Mapped mapped = {scene, across, ends, shown, depth}

struct Edge {  // of a triangle, opposite its corner k
    int triangle, k;  // triangle -1: none
    Point a, b;
};

struct Walker {  // one triangle, as seen on the way from one centre to the other
    Triangle vertices;
    Point corners[3];
};

struct Centre {
    real x, y;
};

FN Centre centre_of(int column, int row) {
    return {(real)column + (real)0.5, (real)row + (real)0.5};
}

// On which side of the edge a pixel's centre is, and how far. Relative to the pixel, large products
// do not cancel.
FN real edge_at(const Point& a, const Point& b, const Centre& p) {
    real ax = a.x - p.x * a.w, ay = a.y - p.y * a.w, bx = b.x - p.x * b.w, by = b.y - p.y * b.w;
    return ax * by - ay * bx;
}

FN real determinant(const Point& a, const Point& b, const Point& c) {
    return (a.y * b.w - a.w * b.y) * c.x + (a.w * b.x - a.x * b.w) * c.y +
           (a.x * b.y - a.y * b.x) * c.w;
}

FN int sign_of(real x) { return x > 0 ? 1 : x < 0 ? -1 : 0; }

FN bool load_walker(const Scene& s, int64 t, int triangle, Walker* into) {
    if (!find_triangle(s, t, (uint32)triangle, &into->vertices)) return false;
    for (int k = 0; k < 3; ++k) into->corners[k] = project(s, t, corner_of(into->vertices, k));
    return true;
}

// The edge by which a triangle is left on the way from `from` to `to`; -1 if it is not left.
FN int exit_of(const Walker& w, const Centre& from, const Centre& to, int entry) {
    real sign = (real)sign_of(determinant(w.corners[0], w.corners[1], w.corners[2])), nearest = 0;
    int found = -1;
    for (int k = 0; k < 3; ++k) {
        const Point &a = w.corners[(k + 1) % 3], &b = w.corners[(k + 2) % 3];
        real inside = sign * edge_at(a, b, from), outside = sign * edge_at(a, b, to);
        if (k == entry || !(outside < SLACK * larger(inside, (real)0))) continue;
        real share = inside < 0 ? 0 : inside / (inside - outside);
        if (found < 0 || share < nearest) found = k, nearest = share;
    }
    return found;
}

FN bool ends_at(const Mapped& m, int64 t, int triangle, int k) {
    return m.ends[t * m.scene.triangle_count + triangle] >> k & 1;
}

FN int beyond_of(const Mapped& m, int64 t, int triangle, int k) {
    int64 base = frame_of(t, m.scene.triangle_frames) * m.scene.triangle_count;
    return m.across[(base + triangle) * 3 + k];
}

// Whether the edge rises by 45 degrees or more in the picture.
FN bool steep(const Point& a, const Point& b) {
    real right = b.x / b.w - a.x / a.w, down = b.y / b.w - a.y / a.w;
    return (down < 0 ? -down : down) >= (right < 0 ? -right : right);
}

// The silhouette between two centres, walking from the owner's triangle.
FN Edge silhouette(const Mapped& m, int64 t, int triangle, const Centre& from, const Centre& to,
                   bool in_row) {
    const Edge none = {-1, 0, {0, 0, 0, 0}, {0, 0, 0, 0}};
    int entry = -1;
    for (int step = 0; step < WALK; ++step) {
        Walker w;
        if (!load_walker(m.scene, t, triangle, &w)) return none;
        int k = exit_of(w, from, to, entry);
        if (k < 0) return none;
        if (ends_at(m, t, triangle, k)) {
            const Point &a = w.corners[(k + 1) % 3], &b = w.corners[(k + 2) % 3];
            bool smooth = a.w >= (real)m.scene.near && b.w >= (real)m.scene.near &&
                          steep(a, b) == in_row;
            return smooth ? Edge{triangle, k, a, b} : none;
        }
        int beyond = beyond_of(m, t, triangle, k);
        triangle = beyond / 3, entry = beyond % 3;
    }
    return none;
}

struct Pair {  // a pixel and its neighbour to the right or below
    int column, row;
    bool in_row;
};

struct Crossing {
    Edge edge;  // its triangle is -1: there is none
    Centre from, to;
    bool first_owns;
};

FN int64 pixel_at(const Scene& s, int64 t, int column, int row) {
    return (t * s.height + row) * s.width + column;
}

// The owner of a pair shows the nearer triangle at its own centre; of equals it is the first.
FN Crossing crossing_of(const Mapped& m, int64 t, const Pair& pair) {
    int column = pair.column + (pair.in_row ? 1 : 0), row = pair.row + (pair.in_row ? 0 : 1);
    Crossing c = {{-1, 0, {0, 0, 0, 0}, {0, 0, 0, 0}}, {0, 0}, {0, 0}, true};
    if (column >= m.scene.width || row >= m.scene.height) return c;
    int64 first = pixel_at(m.scene, t, pair.column, pair.row), second = pixel_at(m.scene, t, column, row);
    if (m.shown[first] == m.shown[second]) return c;
    c.first_owns = !(m.depth[second] > m.depth[first]);
    Centre one = centre_of(pair.column, pair.row), two = centre_of(column, row);
    c.from = c.first_owns ? one : two, c.to = c.first_owns ? two : one;
    c.edge = silhouette(m, t, m.shown[c.first_owns ? first : second], c.from, c.to, pair.in_row);
    return c;
}

// How far from the owner's centre to the other's the edge is, not yet cut to what is possible.
FN real share_of(const Crossing& c) {
    real inside = edge_at(c.edge.a, c.edge.b, c.from), outside = edge_at(c.edge.a, c.edge.b, c.to);
    return inside / (inside - outside);
}
