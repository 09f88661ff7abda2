// Vertex normals and spherical-harmonic light (Ramamoorthi and Hanrahan, An Efficient Representation
// for Irradiance Environment Maps, 2001).
#include "ring.cuh"

struct Vector {
    real x, y, z;
};

FN Vector operator-(const Vector& a, const Vector& b) { return {a.x - b.x, a.y - b.y, a.z - b.z}; }
FN Vector operator+(const Vector& a, const Vector& b) { return {a.x + b.x, a.y + b.y, a.z + b.z}; }
FN Vector operator*(const Vector& a, real k) { return {a.x * k, a.y * k, a.z * k}; }
FN real dot(const Vector& a, const Vector& b) { return a.x * b.x + a.y * b.y + a.z * b.z; }
FN Vector cross(const Vector& a, const Vector& b) {
    return {a.y * b.z - a.z * b.y, a.z * b.x - a.x * b.z, a.x * b.y - a.y * b.x};
}

struct Surface {
    const real* vertices;  // [frames, vertex_count, vertex_width]
    int64 vertex_count, vertex_width;
    const int* triangles;  // [triangle_frames, triangle_count, 3]
    int64 triangle_frames, triangle_count;
    Ring ring;
};

#define SURFACE                                                                            \
    const real *vertices, int64 vertex_count, int64 vertex_width, const int *triangles,    \
        int64 triangle_frames, int64 triangle_count, const int *ring_start, const int *ring_corners
#define MAKE_SURFACE                                                            \
    const Surface surface = {vertices, vertex_count, vertex_width, triangles,   \
                             triangle_frames, triangle_count,                   \
                             ring_at(ring_start, ring_corners, row_of_grid(), triangle_frames, \
                                     triangle_count, vertex_count)}

FN Vector place(const Surface& s, int64 t, int64 vertex) {
    const real* at = s.vertices + (t * s.vertex_count + vertex) * s.vertex_width;
    return {at[0], at[1], at[2]};
}

// The three vertices of a corner's triangle; false if one does not exist.
FN bool around(const Surface& s, int64 t, int corner, int* found) {
    const int* at = s.triangles + (frame_of(t, s.triangle_frames) * s.triangle_count + corner / 3) * 3;
    for (int k = 0; k < 3; ++k) {
        found[k] = at[k];
        if ((uint64)(int64)at[k] >= (uint64)s.vertex_count) return false;
    }
    return true;
}

FN bool is_finite(const Vector& v) { return is_finite(v.x) && is_finite(v.y) && is_finite(v.z); }

// The sum of the adjacent triangles' normals, weighted by their areas; as in the picture, those with a
// corner that is not finite are left out.
FN Vector normal_sum(const Surface& s, int64 t, uint32 vertex) {
    Vector sum = {0, 0, 0};
    for (int at = s.ring.start[vertex]; at < s.ring.start[vertex + 1]; ++at) {
        int v[3];
        if (!around(s, t, s.ring.corners[at], v)) continue;
        Vector first = place(s, t, v[0]);
        Vector normal = cross(place(s, t, v[1]) - first, place(s, t, v[2]) - first);
        if (is_finite(normal)) sum = sum + normal;
    }
    return sum;
}

FN real length(const Vector& v) { return (real)sqrt(dot(v, v)); }

FN Vector unit(const Vector& sum) {
    real size = length(sum);
    if (!(size > 0)) return {0, 0, 0};
    return {sum.x / size, sum.y / size, sum.z / size};
}

KERNEL(vertex_normals)(SURFACE, real* normals) {
    MAKE_SURFACE;
    uint32 vertex = item();
    if (vertex >= surface.vertex_count) return;
    int64 t = row_of_grid();
    ((Vector*)normals)[t * surface.vertex_count + vertex] = unit(normal_sum(surface, t, vertex));
}

// Gradient by the sums, given that by the unit normals.
KERNEL(normal_sums_backward)(SURFACE, const real* by_normals, real* by_sums) {
    MAKE_SURFACE;
    uint32 vertex = item();
    if (vertex >= surface.vertex_count) return;
    int64 at = row_of_grid() * surface.vertex_count + vertex;
    Vector sum = normal_sum(surface, row_of_grid(), vertex), slope = ((const Vector*)by_normals)[at];
    real size = length(sum);
    Vector found = {0, 0, 0};  // where there is no normal, there stays none
    if (size > 0) {
        Vector n = unit(sum);
        found = (slope - n * dot(n, slope)) * (1 / size);
    }
    ((Vector*)by_sums)[at] = found;
}

// Gradient by the vertices, given that by the sums: a triangle's normal is a x b + b x c + c x a.
KERNEL(vertices_of_normals)(SURFACE, const real* by_sums, real* by_vertices) {
    MAKE_SURFACE;
    uint32 vertex = item();
    if (vertex >= surface.vertex_count) return;
    int64 t = row_of_grid(), base = t * surface.vertex_count;
    Vector total = {0, 0, 0};
    for (int at = surface.ring.start[vertex]; at < surface.ring.start[vertex + 1]; ++at) {
        int v[3], corner = surface.ring.corners[at];
        if (!around(surface, t, corner, v)) continue;
        const Vector* slopes = (const Vector*)by_sums + base;
        Vector slope = slopes[v[0]] + slopes[v[1]] + slopes[v[2]];
        Vector b = place(surface, t, v[(corner + 1) % 3]), c = place(surface, t, v[(corner + 2) % 3]);
        Vector a = place(surface, t, v[corner % 3]);
        if (is_finite(cross(b - a, c - a))) total = total + cross(b - c, slope);
    }
    real* into = by_vertices + (base + vertex) * surface.vertex_width;
    into[0] = total.x, into[1] = total.y, into[2] = total.z;
    if (surface.vertex_width == 4) into[3] = 0;
}

// Light that arrives at a normal. Bands are numbered as in core/drawing/light.py, whose constants
// of degree 0, 1 and 2 and ambient term are passed in; coefficients are nine of one colour.
struct Bands {
    double degree_0, degree_1, degree_2, ambient;
};

FN real irradiance(const Vector& n, const Bands& k, const real* light) {
    real one = (real)k.degree_1, two = (real)k.degree_2;
    real sum = (real)k.degree_0 * (light[0] + (real)k.ambient);
    sum += -one * n.y * light[1] + one * n.z * light[2] - one * n.x * light[3];
    sum += two * n.x * n.y * light[4] - two * n.y * n.z * light[5];
    sum += two * (3 * n.z * n.z - 1) / (real)3.4641016151377544 * light[6];  // 2 sqrt(3)
    sum += -two * n.x * n.z * light[7] + two * (n.x * n.x - n.y * n.y) / 2 * light[8];
    return sum;
}

// Colours [1 or frames, vertex_count, 3] (null: white) in the light [1 or frames, 27].
KERNEL(light_vertices)
(SURFACE, const real* colors, int64 color_frames, const real* light, int64 light_frames,
 double degree_0, double degree_1, double degree_2, double ambient, real* lit) {
    MAKE_SURFACE;
    uint32 vertex = item();
    if (vertex >= surface.vertex_count) return;
    int64 t = row_of_grid();
    const Bands bands = {degree_0, degree_1, degree_2, ambient};
    Vector n = unit(normal_sum(surface, t, vertex));
    const real* coefficients = light + frame_of(t, light_frames) * 27;
    for (int k = 0; k < 3; ++k) {
        real x = irradiance(n, bands, coefficients + 9 * k);
        if (colors != nullptr) {
            x *= colors[(frame_of(t, color_frames) * surface.vertex_count + vertex) * 3 + k];
        }
        lit[(t * surface.vertex_count + vertex) * 3 + k] = x;
    }
}
