// Which part each corner has in a pixel, and how deep the triangle is there.
#pragma once
#include "edges.cuh"

struct Weights {  // of one triangle
    float w0, w1, w2;  // 1 / w of each corner, divided by the area
    float z0, z1, z2;  // depth of each corner
};

struct Fragment {
    float s0, s1, depth;
};

FN Weights weights_of(int64 area, const Away& a, const Away& b, const Away& c) {
    float share = 1.0f / (float)area;
    return {a.inverse_w * share, b.inverse_w * share, c.inverse_w * share,
            a.depth, b.depth, c.depth};
}

// Perspective-correct shares of corners 0 and 1 from the edge functions.
FN Fragment fragment(int64 e0, int64 e1, int64 e2, const Weights& w) {
    float s0 = (float)e0 * w.w0, s1 = (float)e1 * w.w1, s2 = (float)e2 * w.w2;
    float scale = 1.0f / (s0 + s1 + s2);
    s0 *= scale, s1 *= scale, s2 *= scale;
    return {s0, s1, s0 * w.z0 + s1 * w.z1 + s2 * w.z2};
}

// A depth as a number that orders as it does; 0 is behind everything. NaN and -inf give 0.
FN uint32 depth_key(float depth) {
    if (!(depth >= -3.402823466e38f)) return 0;
    uint32 bits = float_bits(depth + 0.0f);  // -0 becomes 0
    return bits & 0x80000000u ? ~bits : bits | 0x80000000u;
}

FN float key_depth(uint32 key) {
    return bits_float(key & 0x80000000u ? key & 0x7fffffffu : ~key);
}

// Of equal depths the triangle with the lower number stays.
FN uint64 word_of(float depth, uint32 triangle) {
    uint32 key = depth_key(depth);
    return key == 0 ? 0 : ((uint64)key << 32) | (0xffffffffu - triangle);
}

FN int triangle_of(uint64 word) { return word == 0 ? -1 : (int)(0xffffffffu - (uint32)word); }

// Homogeneous corners relative to a pixel: the pixel is the origin, so nothing large cancels.
template <class T>
struct Moved {
    T x0, y0, x1, y1, x2, y2;
};

// Shares of three corners and the sum of their edge functions (Olano and Greer, Triangle Scan
// Conversion using 2D Homogeneous Coordinates, 1997). No division by w, so this also holds for a
// triangle that is partly behind the eye.
template <class T>
struct Shares {
    T s0, s1, s2, total;
};

template <class T, class P>
FN Moved<T> moved(const P& a, const P& b, const P& c, T x, T y) {
    return {a.x - x * a.w, a.y - y * a.w, b.x - x * b.w, b.y - y * b.w, c.x - x * c.w, c.y - y * c.w};
}

template <class T>
FN Shares<T> shares_of(const Moved<T>& q) {
    T e0 = q.x1 * q.y2 - q.y1 * q.x2, e1 = q.x2 * q.y0 - q.y2 * q.x0, e2 = q.x0 * q.y1 - q.y0 * q.x1;
    T total = e0 + e1 + e2;
    return {e0 / total, e1 / total, e2 / total, total};
}
