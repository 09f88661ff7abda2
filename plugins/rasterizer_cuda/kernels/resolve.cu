// From the z-buffer to triangles, shares and depth. A null pointer: not wanted.
#include "stores.cuh"

KERNEL(resolve)
(SCENE, int64 first_frame, const Snapped* snapped, const Away* away, const uint64* nearest,
 int* triangle, real* shares, real* depth) {
    MAKE_SCENE;
    int64 pixels = (int64)scene.height * scene.width, first = (int64)item() * PER_THREAD;
    if (first >= pixels) return;
    uint32 group_frame = row_of_grid();
    int64 t = first_frame + group_frame;
    Four<int> numbers;
    Four<real> s0, s1, z;
    Four<uint64> words = load(nearest + group_frame * pixels, pixels, first);
    for (int k = 0; k < PER_THREAD; ++k) {
        Seen seen = look(scene, snapped + group_frame * scene.vertex_count,
                         away + group_frame * scene.vertex_count, t,
                         (uint32)smaller(first + k, pixels - 1), words.values[k]);
        numbers.values[k] = seen.triangle;
        s0.values[k] = seen.s0, s1.values[k] = seen.s1, z.values[k] = seen.depth;
    }
    store(triangle + t * pixels, pixels, first, numbers);
    store(shares + 2 * t * pixels, pixels, first, s0);
    store(shares + (2 * t + 1) * pixels, pixels, first, s1);
    store(depth + t * pixels, pixels, first, z);
}
