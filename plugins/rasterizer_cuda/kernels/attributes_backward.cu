// Gradient of mixed attributes by the attributes of the vertices.
#include "ring.cuh"

#define CHANNELS_AT_ONCE 8

// One thread per vertex and slice of rows; partial is [frames, slices, vertex_count, channels].
WAITING_KERNEL(gather_attributes)
(SCENE, const int* ring_start, const int* ring_corners, const int* shown, const real* shares,
 const real* by_values, int64 channels, int64 slices, real* partial) {
    MAKE_SCENE;
    uint32 vertex = item() / (uint32)slices;
    if (vertex >= scene.vertex_count) return;
    int64 t = row_of_grid(), pixels = (int64)scene.height * scene.width;
    const Slice slice = {(int)(item() % (uint32)slices), (int)slices};
    const Ring ring = ring_at(ring_start, ring_corners, t, scene.triangle_frames,
                              scene.triangle_count, scene.vertex_count);
    real* into = partial + ((t * slices + slice.number) * scene.vertex_count + vertex) * channels;
    for (int64 base = 0; base < channels; base += CHANNELS_AT_ONCE) {
        int count = (int)smaller(channels - base, (int64)CHANNELS_AT_ONCE);
        real sum[CHANNELS_AT_ONCE] = {};
        for (int at = ring.start[vertex]; at < ring.start[vertex + 1]; ++at) {
            int corner = ring.corners[at];
            Triangle triangle;
            if (!turned(scene, t, corner, &triangle)) continue;
            auto visit = [&](int, int, int64 pixel) {
                int64 in_frame = pixel - t * pixels;
                real s0 = shares[2 * t * pixels + in_frame];
                real s1 = shares[(2 * t + 1) * pixels + in_frame];
                real share = corner % 3 == 0 ? s0 : corner % 3 == 1 ? s1 : 1 - s0 - s1;
                const real* slopes = by_values + (t * channels + base) * pixels + in_frame;
                for (int k = 0; k < CHANNELS_AT_ONCE; ++k) {
                    if (k < count) sum[k] += share * slopes[k * pixels];
                }
            };
            each_pixel(scene, t, corner / 3, triangle, shown, slice, visit);
        }
        for (int k = 0; k < count; ++k) into[base + k] = sum[k];
    }
}
