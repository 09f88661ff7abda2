// Writing four neighbouring pixels of one plane at once, in the type of the picture.
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

// Pixels first to first + 3 of a plane of `pixels`; a plane whose size is a multiple of four starts
// where four can be written at once.
template <class T>
FN void store(T* plane, int64 pixels, int64 first, const Four<T>& four) {
    if (pixels % PER_THREAD == 0) {
        *(Four<T>*)(plane + first) = four;
        return;
    }
    for (int k = 0; k < PER_THREAD && first + k < pixels; ++k) plane[first + k] = four.values[k];
}
