// Vertex attributes mixed by the shares of each pixel's triangle, and the gradient by the shares.
#include "stores.cuh"

#define PIXELS                                                                             \
    const int *triangles, int64 triangle_frames, int64 triangle_count, int64 vertex_count, \
        const int *shown, const real *shares, int64 pixels

// Triangles and shares of four pixels from given planes.
FN Seen read_seen(const int* triangles, int64 vertex_count, int64 triangle_count, int shown, real s0,
                  real s1) {
    Seen seen = nothing_seen();
    if ((uint64)(int64)shown >= (uint64)triangle_count) return seen;
    const int* at = triangles + 3 * (int64)shown;
    for (int k = 0; k < 3; ++k) {
        if ((uint64)(int64)at[k] >= (uint64)vertex_count) return seen;
    }
    seen.triangle = shown, seen.corners = {at[0], at[1], at[2]};
    seen.s0 = s0, seen.s1 = s1, seen.s2 = 1 - s0 - s1;
    return seen;
}

FN void read_four(const int* triangles, int64 triangle_frames, int64 triangle_count,
                  int64 vertex_count, const int* shown, const real* shares, int64 pixels, int64 t,
                  int64 first, Seen* seen) {
    const int* of_frame = triangles + frame_of(t, triangle_frames) * triangle_count * 3;
    Four<int> numbers = load(shown + t * pixels, pixels, first);
    Four<real> s0 = load(shares + 2 * t * pixels, pixels, first);
    Four<real> s1 = load(shares + (2 * t + 1) * pixels, pixels, first);
    for (int k = 0; k < PER_THREAD; ++k) {
        seen[k] = read_seen(of_frame, vertex_count, triangle_count, numbers.values[k], s0.values[k],
                            s1.values[k]);
    }
}

// values is [frames, channels, pixels].
KERNEL(interpolate)
(PIXELS, const real* attributes, int64 attribute_frames, int64 channels, real* values) {
    int64 t = row_of_grid(), first = (int64)item() * PER_THREAD;
    if (first >= pixels) return;
    Seen seen[PER_THREAD];
    read_four(triangles, triangle_frames, triangle_count, vertex_count, shown, shares, pixels, t,
              first, seen);
    const real* of_frame = attributes + frame_of(t, attribute_frames) * vertex_count * channels;
    for (int64 channel = 0; channel < channels; ++channel) {
        Four<real> four;
        for (int k = 0; k < PER_THREAD; ++k) four.values[k] = mix(seen[k], of_frame, channels, channel);
        store(values + (t * channels + channel) * pixels, pixels, first, four);
    }
}

// by_shares is [frames, 2, pixels], by_values [frames, channels, pixels].
KERNEL(interpolate_by_shares)
(PIXELS, const real* attributes, int64 attribute_frames, int64 channels, const real* by_values,
 real* by_shares) {
    int64 t = row_of_grid(), first = (int64)item() * PER_THREAD;
    if (first >= pixels) return;
    Seen seen[PER_THREAD];
    read_four(triangles, triangle_frames, triangle_count, vertex_count, shown, shares, pixels, t,
              first, seen);
    const real* of_frame = attributes + frame_of(t, attribute_frames) * vertex_count * channels;
    Four<real> by_0 = {}, by_1 = {};
    for (int64 channel = 0; channel < channels; ++channel) {
        Four<real> slope = load(by_values + (t * channels + channel) * pixels, pixels, first);
        for (int k = 0; k < PER_THREAD; ++k) {
            if (seen[k].triangle < 0) continue;
            real rest = of_frame[seen[k].corners.c * channels + channel];
            by_0.values[k] += slope.values[k] *
                              (of_frame[seen[k].corners.a * channels + channel] - rest);
            by_1.values[k] += slope.values[k] *
                              (of_frame[seen[k].corners.b * channels + channel] - rest);
        }
    }
    store(by_shares + 2 * t * pixels, pixels, first, by_0);
    store(by_shares + (2 * t + 1) * pixels, pixels, first, by_1);
}
