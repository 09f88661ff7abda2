// Triangles that cross the near plane or reach far off the picture: rare, so written plainly.
#pragma once
#include "shares.cuh"

#define MOST_CORNERS 9  // three, and each of five planes can add one; one to spare

struct DoublePoint {
    double x, y, depth, w;
};

struct Polygon {
    int count;
    Snapped corners[MOST_CORNERS];
};

struct Homogeneous {  // the corners of a triangle
    DoublePoint a, b, c;
};

FN DoublePoint blend(const DoublePoint& a, const DoublePoint& b, double share) {
    return {a.x + (b.x - a.x) * share, a.y + (b.y - a.y) * share,
            a.depth + (b.depth - a.depth) * share, a.w + (b.w - a.w) * share};
}

// Signed distance from a plane, positive on the side that is kept.
FN double distance(const DoublePoint& p, int plane, double near) {
    double limit = (double)(GUARD_PX - 1) * p.w;
    if (plane == 0) return p.w - near;
    if (plane == 1) return limit + p.x;
    if (plane == 2) return limit - p.x;
    return plane == 3 ? limit + p.y : limit - p.y;
}

RARE int clip_at(const DoublePoint* from, int count, int plane, double near, DoublePoint* into) {
    int kept = 0;
    ROLLED for (int k = 0; k < count; ++k) {
        const DoublePoint &p = from[k], &q = from[k + 1 == count ? 0 : k + 1];
        double a = distance(p, plane, near), b = distance(q, plane, near);
        if (a >= 0 && kept < MOST_CORNERS) into[kept++] = p;
        // Always from the inner end, so that neighbours cut a shared edge at the same point.
        if (a >= 0 && b < 0 && kept < MOST_CORNERS) into[kept++] = blend(p, q, a / (a - b));
        if (a < 0 && b >= 0 && kept < MOST_CORNERS) into[kept++] = blend(q, p, b / (b - a));
    }
    return kept;
}

FN bool finite_point(const DoublePoint& p) {
    return is_finite(p.x) && is_finite(p.y) && is_finite(p.depth) && is_finite(p.w);
}

RARE Homogeneous homogeneous(const Scene s, int64 t, const Triangle& triangle) {
    return {project_as<double, DoublePoint>(s, t, triangle.a),
            project_as<double, DoublePoint>(s, t, triangle.b),
            project_as<double, DoublePoint>(s, t, triangle.c)};
}

// What is left of a triangle, snapped; nothing if a corner is not finite.
RARE Polygon clipped(const Scene s, const Homogeneous& h) {
    DoublePoint polygon[MOST_CORNERS], spare[MOST_CORNERS];
    Polygon result;
    result.count = 0;
    if (!finite_point(h.a) || !finite_point(h.b) || !finite_point(h.c)) return result;
    polygon[0] = h.a, polygon[1] = h.b, polygon[2] = h.c;
    int count = 3;
    ROLLED for (int plane = 0; plane < 5; ++plane) {
        count = clip_at(polygon, count, plane, s.near, spare);
        ROLLED for (int k = 0; k < count; ++k) polygon[k] = spare[k];
    }
    ROLLED for (int k = 0; k < count; ++k) {
        result.corners[k] = {(int)floor(polygon[k].x / polygon[k].w * ONE + 0.5),
                             (int)floor(polygon[k].y / polygon[k].w * ONE + 0.5)};
    }
    result.count = count;
    return result;
}

FN Box box_of_polygon(const Scene& s, const Polygon& p) {
    if (p.count < 3) return {0, -1, 0, -1};
    int64 left = p.corners[0].x, right = left, top = p.corners[0].y, bottom = top;
    ROLLED for (int k = 1; k < p.count; ++k) {
        left = smaller(left, (int64)p.corners[k].x), right = larger(right, (int64)p.corners[k].x);
        top = smaller(top, (int64)p.corners[k].y), bottom = larger(bottom, (int64)p.corners[k].y);
    }
    return box_within(s, left, right, top, bottom);
}

// Whether one of the fan's pieces covers a pixel.
RARE bool polygon_covers(const Polygon& p, int column, int row, bool cull) {
    ROLLED for (int k = 1; k + 1 < p.count; ++k) {
        Edges e = edges_at(corners_from(p.corners[0], p.corners[k], p.corners[k + 1]), column, row,
                           cull);
        if (e.area != 0 && covered(e.e0, e.e1, e.e2)) return true;
    }
    return false;
}

// Shares and depth of the whole triangle at a pixel of one of its pieces.
RARE Fragment clipped_fragment(const Homogeneous& h, int column, int row) {
    Shares<double> s = shares_of(moved<double>(h.a, h.b, h.c, column + 0.5, row + 0.5));
    double s0 = between(s.s0, 0.0, 1.0), s1 = between(s.s1, 0.0, 1.0 - s0), s2 = 1.0 - s0 - s1;
    double depth = s0 * h.a.depth + s1 * h.b.depth + s2 * h.c.depth;
    return {(float)s0, (float)s1, (float)depth};
}
