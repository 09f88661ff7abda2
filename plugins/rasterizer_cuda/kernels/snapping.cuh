// Vertices to snapped pixels. Coverage is decided in integers: edge functions of vertices on a grid
// of 1 / 2**14 px are exact in 64 bits, so two triangles that share an edge can neither leave a gap
// nor both claim a pixel. The grid and the order of operations are those of rasterizer-cpu.
#pragma once
#include "scene.cuh"

#define SUBPIXEL_BITS 14
#define ONE (1 << SUBPIXEL_BITS)
#define HALF (ONE >> 1)
#define GUARD_PX (1 << 15)        // further off, a triangle is clipped
#define NOT_ON_SCREEN (-0x7fffffff - 1)  // x of a vertex that is behind the eye, far off or NaN

struct alignas(8) Snapped {  // in 1 / 2**14 px
    int x, y;
};
struct alignas(8) Away {
    float inverse_w, depth;
};
struct FloatPoint {
    float x, y, depth, w;
};

FN Snapped snap(const Scene& s, const FloatPoint& p, Away* away) {
    const float limit = (float)GUARD_PX;
    float inverse = 1.0f / p.w;
    float column = p.x * inverse, row = p.y * inverse;
    // Every comparison with NaN is false, so NaN is never on the screen.
    bool inside = column > -limit && column < limit && row > -limit && row < limit &&
                  p.w >= (float)s.near && is_finite(p.w) && is_finite(p.depth);
    *away = {inverse, p.depth};
    if (!inside) return {NOT_ON_SCREEN, NOT_ON_SCREEN};
    return {(int)floorf(column * (float)ONE + 0.5f), (int)floorf(row * (float)ONE + 0.5f)};
}

FN Snapped snap_vertex(const Scene& s, int64 t, int64 vertex, Away* away) {
    if (sizeof(real) == 4 && s.points != nullptr) {
        Point p = project(s, t, vertex);
        return snap(s, {(float)p.x, (float)p.y, (float)p.depth, (float)p.w}, away);
    }
    return snap(s, project_as<float, FloatPoint>(s, t, vertex), away);
}
