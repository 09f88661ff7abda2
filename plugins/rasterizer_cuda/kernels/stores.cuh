// Four neighbouring pixels of one plane at once.
#pragma once
#include "pixels.cuh"

template <class T>
struct alignas(sizeof(T) * PER_THREAD) Four {
    T values[PER_THREAD];
};

FN void convert(real x, float* into) { *into = (float)x; }
FN void convert(real x, double* into) { *into = (double)x; }
FN void convert(real x, uint16* into) { *into = to_half((float)x); }
FN void convert(real x, int* into) { *into = (int)x; }
// 0 to 255; NaN becomes 0.
FN void convert(real x, uint8* into) {
    *into = x > 0 ? (uint8)(smaller(x, (real)1) * (real)255 + (real)0.5) : 0;
}

// Whether pixels first to first + 3 of a plane can be moved at once: all are there, and they start where
// the hardware wants it.
template <class T>
FN bool movable(const T* plane, int64 pixels, int64 first) {
    return pixels % PER_THREAD == 0 && (uint64)(plane + first) % sizeof(Four<T>) == 0;
}

template <class T>
FN Four<T> load(const T* plane, int64 pixels, int64 first) {
    if (movable(plane, pixels, first)) return *(const Four<T>*)(plane + first);
    Four<T> four;
    for (int k = 0; k < PER_THREAD; ++k) four.values[k] = plane[smaller(first + k, pixels - 1)];
    return four;
}

template <class T>
FN void store(T* plane, int64 pixels, int64 first, const Four<T>& four) {
    if (movable(plane, pixels, first)) {
        *(Four<T>*)(plane + first) = four;
        return;
    }
    for (int k = 0; k < PER_THREAD && first + k < pixels; ++k) plane[first + k] = four.values[k];
}
