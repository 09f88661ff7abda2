// What differs between a GPU and the host compiler of the tests. No other file here knows.
//
// Neither NVRTC nor the host may contract a * b + c (-fmad=false, -ffp-contract=off): the operations
// used are then those of IEEE 754 on both, and so are the results.
#pragma once

#ifndef REAL
#define REAL float
#endif

typedef REAL real;  // of vertices, attributes and gradients
typedef unsigned char uint8;
typedef unsigned short uint16;
typedef unsigned int uint32;
typedef long long int64;
typedef unsigned long long uint64;

#define BLOCK 128  // threads; launch.py says the same

#ifdef __CUDACC__

#define FN __device__ __forceinline__
#define RARE __device__ __noinline__  // rarely run: keeps what is often run small
#define ROLLED _Pragma("unroll 1")
#define KERNEL(name) extern "C" __global__ void __launch_bounds__(BLOCK) name
// One that waits much: rather a few registers in memory than fewer threads to wait with.
#define WAITING_KERNEL(name) extern "C" __global__ void __launch_bounds__(BLOCK, 4) name

FN uint32 float_bits(float x) { return __float_as_uint(x); }
FN float bits_float(uint32 x) { return __uint_as_float(x); }
FN uint16 to_half(float x) {
    uint16 half;
    asm("cvt.rn.f16.f32 %0, %1;" : "=h"(half) : "f"(x));
    return half;
}
FN void raise_to(uint64* at, uint64 value) { atomicMax(at, value); }
FN uint64 add_to(uint64* at, uint64 value) { return atomicAdd(at, value); }
// Words that other blocks change meanwhile: never from the cache of this multiprocessor.
FN uint64 fresh(const uint64* at) { return *(const volatile uint64*)at; }

#else

#include <cmath>
#include <cstring>

#define FN static inline
#define RARE static
#define ROLLED
#define KERNEL(name) static void name
#define WAITING_KERNEL(name) static void name

struct Dimensions {
    uint32 x, y;
};
static thread_local Dimensions blockIdx, threadIdx, blockDim, gridDim;

FN uint32 float_bits(float x) {
    uint32 bits;
    std::memcpy(&bits, &x, 4);
    return bits;
}
FN float bits_float(uint32 bits) {
    float x;
    std::memcpy(&x, &bits, 4);
    return x;
}
FN uint16 to_half(float x) {
    _Float16 half = (_Float16)x;
    uint16 bits;
    std::memcpy(&bits, &half, 2);
    return bits;
}
FN void raise_to(uint64* at, uint64 value) { *at = *at < value ? value : *at; }
FN uint64 add_to(uint64* at, uint64 value) {
    uint64 old = *at;
    *at += value;
    return old;
}
FN uint64 fresh(const uint64* at) { return *at; }

#endif

template <class T>
FN T smaller(T a, T b) {
    return b < a ? b : a;
}
template <class T>
FN T larger(T a, T b) {
    return a < b ? b : a;
}
template <class T>
FN T between(T x, T low, T high) {
    return smaller(larger(x, low), high);
}
template <class T>
FN bool is_finite(T x) {
    return x - x == 0;
}

// Threads along x are the items of one frame, y is the frame (of the group at hand).
FN uint32 item() { return blockIdx.x * blockDim.x + threadIdx.x; }
FN uint32 items() { return gridDim.x * blockDim.x; }
FN uint32 row_of_grid() { return blockIdx.y; }
