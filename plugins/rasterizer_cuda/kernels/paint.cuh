// The fused path: from the z-buffer straight to what a Rendering holds. A null pointer: not wanted.
#pragma once
#include "stores.cuh"
#include "texels.cuh"

struct Wanted {
    const real* paint;  // [paint_frames, vertex_count, channels]
    int64 paint_frames, channels;
    const real* uv;  // [vertex_count, 2]
    const real* texture;  // [channels, texture_height, texture_width]
    int64 texture_height, texture_width;
    const real* masks;  // [mask_frames, vertex_count, mask_count]
    int64 mask_frames, mask_count;
    bool hard, clamped;
    int* triangle;
    real *shares, *depth;
};

// One pixel of the picture.
FN real colour(const Wanted& w, const Seen& seen, const real* paint, const Texels& texels,
               int64 channel) {
    real x = mix(seen, paint, w.channels, channel);
    if (w.texture != nullptr && seen.triangle >= 0) {
        x *= bilinear(w.texture + channel * w.texture_height * w.texture_width,
                      (int)w.texture_width, texels);
    }
    return w.clamped ? between(x, (real)0, (real)1) : x;
}

FN void write_pixels(const Wanted& w, int64 t, int64 pixels, int64 first, const Seen* seen) {
    Four<int> numbers;
    Four<real> s0, s1, z;
    for (int k = 0; k < PER_THREAD; ++k) {
        numbers.values[k] = seen[k].triangle, z.values[k] = seen[k].depth;
        s0.values[k] = seen[k].s0, s1.values[k] = seen[k].s1;
    }
    store(w.triangle + t * pixels, pixels, first, numbers);
    store(w.shares + 2 * t * pixels, pixels, first, s0);
    store(w.shares + (2 * t + 1) * pixels, pixels, first, s1);
    store(w.depth + t * pixels, pixels, first, z);
}

template <class T>
FN void paint_frame(const Scene& s, const Wanted& w, int64 t, int64 first, const Seen* seen,
                    T* picture, T* masked, T* coverage) {
    int64 pixels = (int64)s.height * s.width;
    Texels texels[PER_THREAD];
    Four<T> four;
    for (int k = 0; k < PER_THREAD; ++k) {
        convert(seen[k].triangle >= 0 ? (real)1 : (real)0, &four.values[k]);
        if (w.texture != nullptr) {
            texels[k] = texels_at(mix(seen[k], w.uv, 2, 0), mix(seen[k], w.uv, 2, 1),
                                  (int)w.texture_width, (int)w.texture_height);
        }
    }
    store(coverage + t * pixels, pixels, first, four);
    const real* paint = w.paint + frame_of(t, w.paint_frames) * s.vertex_count * w.channels;
    for (int64 channel = 0; channel < w.channels; ++channel) {
        for (int k = 0; k < PER_THREAD; ++k) {
            convert(colour(w, seen[k], paint, texels[k], channel), &four.values[k]);
        }
        store(picture + (t * w.channels + channel) * pixels, pixels, first, four);
    }
    const real* masks = w.masks + frame_of(t, w.mask_frames) * s.vertex_count * w.mask_count;
    for (int64 mask = 0; mask < w.mask_count; ++mask) {
        for (int k = 0; k < PER_THREAD; ++k) {
            real x = mix(seen[k], masks, w.mask_count, mask);
            convert(w.hard ? (real)(x >= (real)0.5) : x, &four.values[k]);
        }
        store(masked + (t * w.mask_count + mask) * pixels, pixels, first, four);
    }
    if (w.triangle != nullptr) write_pixels(w, t, pixels, first, seen);
}

#define PAINT                                                                                     \
    SCENE, int64 first_frame, const Snapped *snapped, const Away *away, const uint64 *nearest,    \
        const real *paint, int64 paint_frames, int64 channels, const real *uv,                    \
        const real *texture, int64 texture_height, int64 texture_width, const real *masks,        \
        int64 mask_frames, int64 mask_count, int64 hard, int64 clamped, int *triangle,            \
        real *shares, real *depth

#define PAINT_PICTURE                                                                             \
    MAKE_SCENE;                                                                                   \
    const Wanted wanted = {paint, paint_frames, channels, uv, texture, texture_height,            \
                           texture_width, masks, mask_frames, mask_count, hard != 0,              \
                           clamped != 0, triangle, shares, depth};                                \
    int64 pixels = (int64)scene.height * scene.width, first = (int64)item() * PER_THREAD;         \
    if (first >= pixels) return;                                                                  \
    uint32 group_frame = row_of_grid();                                                           \
    Seen seen[PER_THREAD];                                                                        \
    Four<uint64> words = load(nearest + group_frame * pixels, pixels, first);                     \
    for (int k = 0; k < PER_THREAD; ++k) {                                                        \
        seen[k] = look(scene, snapped + group_frame * scene.vertex_count,                         \
                       away + group_frame * scene.vertex_count, first_frame + group_frame,        \
                       (uint32)smaller(first + k, pixels - 1), words.values[k]);                  \
    }                                                                                             \
    paint_frame(scene, wanted, first_frame + group_frame, first, seen, picture, masked, coverage)
