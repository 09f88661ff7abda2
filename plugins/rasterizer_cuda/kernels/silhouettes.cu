// How much neighbouring pixels blend. For each pixel and the one to its right (plane 0) or below it
// (plane 1): v = 1/2 - a if the first owns the pair, else a - 1/2, where a is how far from the owner's
// centre the silhouette lies. For v > 0 the first pixel gets v of the other's colour, else the
// second gets -v of the first's; NO_BLEND where no silhouette crosses.
#include "crossings.cuh"
#include "silhouettes.cuh"

// Whether the surface ends at edge k: unless exactly two triangles share it and lie on either side of
// it in the picture.
FN bool folds(const Scene& s, int64 t, const Walker& w, int k, int beyond) {
    Triangle other;
    if (beyond < 0 || !find_triangle(s, t, (uint32)(beyond / 3), &other)) return true;
    const Point &a = w.corners[(k + 1) % 3], &b = w.corners[(k + 2) % 3];
    int own = sign_of(determinant(a, b, w.corners[k]));
    Point opposite = project(s, t, corner_of(other, beyond % 3));
    return !(own * sign_of(determinant(a, b, opposite)) < 0);
}

// One thread per triangle; ends is [frames, triangle_count].
KERNEL(find_ends)(SCENE, const int* across, uint8* ends) {
    MAKE_SCENE;
    uint32 triangle = item();
    if (triangle >= scene.triangle_count) return;
    int64 t = row_of_grid();
    const int* beyond = across + (frame_of(t, scene.triangle_frames) * scene.triangle_count + triangle) * 3;
    uint8 found = 0;
    Walker w;
    if (load_walker(scene, t, (int)triangle, &w)) {
        for (int k = 0; k < 3; ++k) found |= folds(scene, t, w, k, beyond[k]) ? 1 << k : 0;
    }
    ends[t * scene.triangle_count + triangle] = found;
}

KERNEL(find_crossings)(MAPPED, real* blend) {
    MAKE_MAPPED;
    int64 pixels = (int64)scene.height * scene.width, pixel = item(), t = row_of_grid();
    if (pixel >= pixels) return;
    int row = (int)(pixel / scene.width), column = (int)(pixel % scene.width);
    for (int plane = 0; plane < 2; ++plane) {
        Crossing c = crossing_of(mapped, t, {column, row, plane == 0});
        real v = NO_BLEND;
        if (c.edge.triangle >= 0) {
            v = (real)0.5 - between(share_of(c), -SLACK, 1 + SLACK);
            v = c.first_owns ? v : -v;
        }
        blend[(2 * t + plane) * pixels + pixel] = v;
    }
}

struct Push {  // gradient by one end of an edge
    real x, y, w;
};

// Gradient of edge_at(a, b, p) by a; by b it is that of edge_at(b, a, p), negated.
FN Push edge_slope(const Point& b, const Centre& p, real slope) {
    real right = slope * (b.y - p.y * b.w), down = -slope * (b.x - p.x * b.w);
    return {right, down, -(p.x * right + p.y * down)};
}

// What a crossing pushes at one end of its edge, given the gradient by v.
FN Push push_of(const Crossing& c, bool at_a, real by_v) {
    real inside = edge_at(c.edge.a, c.edge.b, c.from), outside = edge_at(c.edge.a, c.edge.b, c.to);
    real length = inside - outside, share = inside / length;
    if (!(share >= -SLACK && share <= 1 + SLACK)) return {0, 0, 0};
    real by_share = c.first_owns ? -by_v : by_v;
    real by_inside = -by_share * outside / (length * length);
    real by_outside = by_share * inside / (length * length);
    const Point& other = at_a ? c.edge.b : c.edge.a;
    real sign = at_a ? 1 : -1;
    Push one = edge_slope(other, c.from, sign * by_inside);
    Push two = edge_slope(other, c.to, sign * by_outside);
    return {one.x + two.x, one.y + two.y, one.w + two.w};
}

// Pixels whose pair to the right or below an edge may cross: those its box holds, and one to the left
// and one above.
FN Box box_of_edge(const Scene& s, const Point& a, const Point& b) {
    real ax = a.x / a.w, ay = a.y / a.w, bx = b.x / b.w, by = b.y / b.w;
    real left = between(smaller(ax, bx) - 2, (real)0, (real)s.width);
    real top = between(smaller(ay, by) - 2, (real)0, (real)s.height);
    real right = between(larger(ax, bx) + 1, (real)-1, (real)(s.width - 1));
    real bottom = between(larger(ay, by) + 1, (real)-1, (real)(s.height - 1));
    if (!(right >= left && bottom >= top)) return {0, -1, 0, -1};  // also if one is NaN
    return {(int)left, (int)right, (int)top, (int)bottom};
}

// Add what the crossings of one edge push at its end `a` (or b), in a slice of the rows.
FN void add_edge(const Mapped& m, int64 t, int triangle, int k, bool at_a, const Slice& slice,
                 const real* by_blend, Push* sum) {
    Walker w;
    if (!ends_at(m, t, triangle, k) || !load_walker(m.scene, t, triangle, &w)) return;
    const Point &a = w.corners[(k + 1) % 3], &b = w.corners[(k + 2) % 3];
    if (!(a.w >= (real)m.scene.near && b.w >= (real)m.scene.near)) return;
    Box box = box_of_edge(m.scene, a, b);
    bool in_row = steep(a, b);
    int64 pixels = (int64)m.scene.height * m.scene.width;
    const real* slopes = by_blend + (2 * t + (in_row ? 0 : 1)) * pixels;
    int top = box.top + (slice.number - box.top % slice.of + slice.of) % slice.of;
    for (int row = top; row <= box.bottom; row += slice.of) {
        for (int column = box.left; column <= box.right; ++column) {
            real slope = slopes[row * m.scene.width + column];
            if (slope == 0) continue;  // as it is wherever nothing crosses
            Crossing c = crossing_of(m, t, {column, row, in_row});
            if (c.edge.triangle != triangle || c.edge.k != k) continue;
            Push push = push_of(c, at_a, slope);
            sum->x += push.x, sum->y += push.y, sum->w += push.w;
        }
    }
}

// Gradient by the vertices in homogeneous pixels, given that by v. One thread per vertex and slice of
// rows; partial is [frames, slices, vertex_count, 4].
WAITING_KERNEL(gather_crossings)
(MAPPED, const int* ring_start, const int* ring_corners, const real* by_blend, int64 slices,
 real* partial) {
    MAKE_MAPPED;
    uint32 vertex = item() / (uint32)slices;
    if (vertex >= scene.vertex_count) return;
    int64 t = row_of_grid();
    const Slice slice = {(int)(item() % (uint32)slices), (int)slices};
    const Ring ring = ring_at(ring_start, ring_corners, t, scene.triangle_frames,
                              scene.triangle_count, scene.vertex_count);
    Push sum = {0, 0, 0};
    for (int at = ring.start[vertex]; at < ring.start[vertex + 1]; ++at) {
        int triangle = ring.corners[at] / 3, corner = ring.corners[at] % 3;
        // The vertex is the second end of edge corner + 1, and the first of edge corner + 2.
        add_edge(mapped, t, triangle, (corner + 1) % 3, false, slice, by_blend, &sum);
        add_edge(mapped, t, triangle, (corner + 2) % 3, true, slice, by_blend, &sum);
    }
    real* into = partial + ((t * slices + slice.number) * scene.vertex_count + vertex) * 4;
    into[0] = sum.x, into[1] = sum.y, into[2] = 0, into[3] = sum.w;
}
