// Edge functions of one snapped triangle.
#pragma once
#include "snapping.cuh"

struct Corners {  // in 1 / 2**14 px, x right, y down
    int64 x0, y0, x1, y1, x2, y2;
};

struct Box {  // pixels whose centres may be covered, both ends included
    int left, right, top, bottom;
};

// Edge functions opposite corners 0, 1, 2 at one pixel, in 2**-28 px^2, and their changes to the next
// pixel and the next row. The top-left rule is a bias of -1 on each edge that is neither top nor left,
// so "covered" is "none is negative". area is twice the triangle's; 0: draw nothing.
struct Edges {
    int64 e0, e1, e2, right0, right1, right2, down0, down1, down2, area;
};

FN Corners corners_from(const Snapped& a, const Snapped& b, const Snapped& c) {
    return {a.x, a.y, b.x, b.y, c.x, c.y};
}

FN int64 lowest(int64 a, int64 b, int64 c) { return smaller(a, smaller(b, c)); }
FN int64 highest(int64 a, int64 b, int64 c) { return larger(a, larger(b, c)); }

FN bool empty(const Box& box) { return box.left > box.right || box.top > box.bottom; }
FN int64 across(const Box& box) { return box.right - box.left + 1; }
FN int64 pixels_in(const Box& box) { return across(box) * (box.bottom - box.top + 1); }

FN Box box_within(const Scene& s, int64 left, int64 right, int64 top, int64 bottom) {
    left = (left + HALF - 1) >> SUBPIXEL_BITS;
    right = (right - HALF) >> SUBPIXEL_BITS;
    top = (top + HALF - 1) >> SUBPIXEL_BITS;
    bottom = (bottom - HALF) >> SUBPIXEL_BITS;
    return {(int)larger(left, (int64)0), (int)smaller(right, (int64)s.width - 1),
            (int)larger(top, (int64)0), (int)smaller(bottom, (int64)s.height - 1)};
}

FN Box box_of(const Scene& s, const Corners& p) {
    return box_within(s, lowest(p.x0, p.x1, p.x2), highest(p.x0, p.x1, p.x2),
                      lowest(p.y0, p.y1, p.y2), highest(p.y0, p.y1, p.y2));
}

// 0 for a left edge (inside is to its right) and a top edge (inside is below), else -1.
FN int64 bias(int64 right, int64 down) {
    return right > 0 || (right == 0 && down > 0) ? 0 : -1;
}

FN Edges edges_at(const Corners& p, int column, int row, bool cull) {
    int64 x = ((int64)column << SUBPIXEL_BITS) + HALF, y = ((int64)row << SUBPIXEL_BITS) + HALF;
    Edges e;
    e.e0 = (p.x1 - x) * (p.y2 - y) - (p.y1 - y) * (p.x2 - x);
    e.e1 = (p.x2 - x) * (p.y0 - y) - (p.y2 - y) * (p.x0 - x);
    e.e2 = (p.x0 - x) * (p.y1 - y) - (p.y0 - y) * (p.x1 - x);
    e.area = e.e0 + e.e1 + e.e2;
    // y is down, so a negative area is counter-clockwise as the viewer sees it: the front.
    int64 sign = e.area < 0 ? -1 : 1;
    if (cull && e.area > 0) e.area = 0;
    e.area *= sign;
    e.right0 = (p.y1 - p.y2) * sign, e.down0 = (p.x2 - p.x1) * sign;
    e.right1 = (p.y2 - p.y0) * sign, e.down1 = (p.x0 - p.x2) * sign;
    e.right2 = (p.y0 - p.y1) * sign, e.down2 = (p.x1 - p.x0) * sign;
    e.e0 = e.e0 * sign + bias(e.right0, e.down0);
    e.e1 = e.e1 * sign + bias(e.right1, e.down1);
    e.e2 = e.e2 * sign + bias(e.right2, e.down2);
    e.right0 *= ONE, e.right1 *= ONE, e.right2 *= ONE;
    e.down0 *= ONE, e.down1 *= ONE, e.down2 *= ONE;
    return e;
}

FN bool covered(int64 e0, int64 e1, int64 e2) { return (e0 | e1 | e2) >= 0; }

// Whether some pixel of a rectangle may be covered, given the edge functions at its first one.
FN bool may_cover(int64 e, int64 right, int64 down, int columns, int rows) {
    return e + larger(right, (int64)0) * (columns - 1) + larger(down, (int64)0) * (rows - 1) >= 0;
}
