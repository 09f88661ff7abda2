// Sums over the triangles around each vertex, in the order of their numbers. Gathering instead of
// adding from all sides needs no atomics, so every sum comes out the same every time.
#pragma once
#include "clipping.cuh"

// Corners (3 * triangle + corner) sorted by the vertex they name: those of vertex v are
// corners[start[v]] to corners[start[v + 1] - 1].
struct Ring {
    const int* start;
    const int* corners;
};

// The ring of frame t: there is one for each frame of the triangles.
FN Ring ring_at(const int* start, const int* corners, int64 t, int64 triangle_frames,
                int64 triangle_count, int64 vertex_count) {
    int64 frame = frame_of(t, triangle_frames);
    return {start + frame * (vertex_count + 1), corners + frame * 3 * triangle_count};
}

// The triangle of a corner, turned so that the corner comes first; false if it is never drawn.
FN bool turned(const Scene& s, int64 t, int corner, Triangle* found) {
    if (!find_triangle(s, t, (uint32)(corner / 3), found)) return false;
    int first = corner % 3;
    *found = {corner_of(*found, first), corner_of(*found, (first + 1) % 3),
              corner_of(*found, (first + 2) % 3)};
    return true;
}

// The pixels that a triangle of frame t may show.
FN Box box_of_triangle(const Scene& s, int64 t, const Triangle& triangle) {
    Away away;
    Snapped a = snap_vertex(s, t, triangle.a, &away), b = snap_vertex(s, t, triangle.b, &away),
            c = snap_vertex(s, t, triangle.c, &away);
    if (a.x == NOT_ON_SCREEN || b.x == NOT_ON_SCREEN || c.x == NOT_ON_SCREEN) {
        return box_of_polygon(s, clipped(s, homogeneous(s, t, triangle)));
    }
    return box_of(s, corners_from(a, b, c));
}

struct Slice {  // rows of the picture that one thread looks at: number, number + of, ...
    int number, of;
};

// Call visit(column, row, pixel) for every pixel of a slice of frame t that shows triangle f.
template <class Visit>
FN void each_pixel(const Scene& s, int64 t, int f, const Triangle& triangle, const int* shown,
                   const Slice& slice, Visit& visit) {
    Box box = box_of_triangle(s, t, triangle);
    int top = box.top + (slice.number - box.top % slice.of + slice.of) % slice.of;
    for (int row = top; row <= box.bottom; row += slice.of) {
        for (int column = box.left; column <= box.right; ++column) {
            int64 pixel = (t * s.height + row) * s.width + column;
            if (shown[pixel] == f) visit(column, row, pixel);
        }
    }
}
