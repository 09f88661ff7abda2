// Gradient of shares and depth by the vertices in homogeneous pixels.
#include "pulls.cuh"

// One thread per vertex and slice of rows; partial is [frames, slices, vertex_count, 4].
WAITING_KERNEL(gather_points)
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
            real x = (real)column + (real)0.5, y = (real)row + (real)0.5;
            Moved<real> q = moved<real>(a, b, c, x, y);
            Shares<real> s = shares_of(q);
            if (s.total == 0) return;  // it has an area only since its corners were snapped
            Slopes g = slopes_of_shares(by_shares, t, pixels, pixel - t * pixels, corner % 3);
            g.by_depth = by_depth[pixel];
            add(pull_at(a, b, c, x, y, q, s, g), &sum);
        };
        each_pixel(scene, t, corner / 3, triangle, shown, slice, visit);
    }
    Pull* into = (Pull*)partial + (t * slices + slice.number) * scene.vertex_count + vertex;
    *into = sum;
}
