// Gradient of shares and depth by the vertices in homogeneous pixels. Which triangle a pixel shows is
// held fixed.
#include "ring.cuh"

struct Pull {  // gradient by one corner
    real x, y, depth, w;
};

// What one pixel pulls at the first corner of its triangle, given the gradients by the three shares
// and by the depth. With corners moved so that the pixel is the origin, share k is e_k / (e0 + e1 + e2)
// and e1 = q2 x q0, e2 = q0 x q1 (Olano and Greer 1997, equation 10).
FN Pull pull_at(const Point& a, const Point& b, const Point& c, real x, real y, real g0, real g1,
                real g2, real by_depth) {
    Moved<real> q = moved<real>(a, b, c, x, y);
    Shares<real> s = shares_of(q);
    if (s.total == 0) return {0, 0, 0, 0};  // it has an area only since its corners were snapped
    g0 += by_depth * a.depth, g1 += by_depth * b.depth, g2 += by_depth * c.depth;
    real mean = s.s0 * g0 + s.s1 * g1 + s.s2 * g2;
    g1 = (g1 - mean) / s.total, g2 = (g2 - mean) / s.total;
    real right = g2 * q.y1 - g1 * q.y2, down = g1 * q.x2 - g2 * q.x1;
    return {right, down, by_depth * s.s0, -(x * right + y * down)};
}

// One thread per vertex and slice of rows; partial is [frames, slices, vertex_count, 4].
KERNEL(gather_points)
(SCENE, const int* ring_start, const int* ring_corners, const int* shown, const real* by_shares,
 const real* by_depth, int64 slices, real* partial) {
    MAKE_SCENE;
    uint32 vertex = item() / (uint32)slices;
    if (vertex >= scene.vertex_count) return;
    int64 t = row_of_grid(), pixels = (int64)scene.height * scene.width;
    const Slice slice = {(int)(item() % (uint32)slices), (int)slices};
    const Ring ring = ring_at(ring_start, ring_corners, t, scene.triangle_frames,
                              scene.triangle_count, scene.vertex_count);
    Pull sum = {0, 0, 0, 0};
    for (int at = ring.start[vertex]; at < ring.start[vertex + 1]; ++at) {
        int corner = ring.corners[at];
        Triangle triangle;
        if (!turned(scene, t, corner, &triangle)) continue;
        Point a = project(scene, t, triangle.a), b = project(scene, t, triangle.b),
              c = project(scene, t, triangle.c);
        auto visit = [&](int column, int row, int64 pixel) {
            int64 in_frame = pixel - t * pixels;
            real g[3] = {by_shares[2 * t * pixels + in_frame],
                         by_shares[(2 * t + 1) * pixels + in_frame], 0};
            int first = corner % 3;
            Pull pull = pull_at(a, b, c, (real)column + (real)0.5, (real)row + (real)0.5, g[first],
                                g[(first + 1) % 3], g[(first + 2) % 3], by_depth[pixel]);
            sum.x += pull.x, sum.y += pull.y, sum.depth += pull.depth, sum.w += pull.w;
        };
        each_pixel(scene, t, corner / 3, triangle, shown, slice, visit);
    }
    Pull* into = (Pull*)partial + (t * slices + slice.number) * scene.vertex_count + vertex;
    *into = sum;
}
