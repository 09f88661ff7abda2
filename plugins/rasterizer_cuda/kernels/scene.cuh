// What is drawn: meshes in front of cameras. Every kernel that needs it starts with SCENE.
#pragma once
#include "platform.cuh"

struct alignas(4 * sizeof(real)) Point {  // homogeneous pixels
    real x, y, depth, w;
};

struct Triangle {  // vertex indices
    int a, b, c;
};

struct Scene {
    const real* vertices;  // [vertex_frames, vertex_count, vertex_width]
    int64 vertex_frames, vertex_count, vertex_width;
    const real* matrix;  // [matrix_frames, 4, 4]
    int64 matrix_frames;
    const int* triangles;  // [triangle_frames, triangle_count, 3]
    int64 triangle_frames, triangle_count;
    int height, width;
    double near;
    bool cull;
    const Point* points;  // [frames, vertex_count], the vertices projected already, or null
};

#define SCENE                                                                                   \
    const real *vertices, int64 vertex_frames, int64 vertex_count, int64 vertex_width,          \
        const real *matrix, int64 matrix_frames, const int *triangles, int64 triangle_frames,   \
        int64 triangle_count, int64 height, int64 width, double near, int64 cull,               \
        const real *points

#define MAKE_SCENE                                                                              \
    const Scene scene = {vertices, vertex_frames, vertex_count, vertex_width, matrix,           \
                         matrix_frames, triangles, triangle_frames, triangle_count,             \
                         (int)height, (int)width, near, cull != 0,              \
                         (const Point*)points}

// Frame t of an array that has one frame for all, or one each.
FN int64 frame_of(int64 t, int64 frames) { return frames == 1 ? 0 : t; }

// Whether triangle f exists: one that names a vertex that does not is never drawn.
FN bool find_triangle(const Scene& s, int64 t, uint32 f, Triangle* found) {
    const int* at = s.triangles + (frame_of(t, s.triangle_frames) * s.triangle_count + f) * 3;
    *found = {at[0], at[1], at[2]};
    uint64 count = (uint64)s.vertex_count;
    return (uint32)found->a < count && (uint32)found->b < count && (uint32)found->c < count;
}

FN int corner_of(const Triangle& t, int k) { return k == 0 ? t.a : k == 1 ? t.b : t.c; }

// A vertex in homogeneous pixels. T is float for snapping, as in rasterizer-cpu, else real.
template <class T, class P>
FN P project_as(const Scene& s, int64 t, int64 vertex) {
    const real* v = s.vertices + (frame_of(t, s.vertex_frames) * s.vertex_count + vertex) *
                                     s.vertex_width;
    const real* m = s.matrix + frame_of(t, s.matrix_frames) * 16;
    T x = (T)v[0], y = (T)v[1], z = (T)v[2], last = s.vertex_width == 4 ? (T)v[3] : (T)1;
    return {(T)m[0] * x + (T)m[1] * y + (T)m[2] * z + (T)m[3] * last,
            (T)m[4] * x + (T)m[5] * y + (T)m[6] * z + (T)m[7] * last,
            (T)m[8] * x + (T)m[9] * y + (T)m[10] * z + (T)m[11] * last,
            (T)m[12] * x + (T)m[13] * y + (T)m[14] * z + (T)m[15] * last};
}

FN Point project(const Scene& s, int64 t, int64 vertex) {
    return s.points != nullptr ? s.points[t * s.vertex_count + vertex]
                               : project_as<real, Point>(s, t, vertex);
}
