// Pictures blended as silhouettes.cu found. Every pixel gathers from its four neighbours.
#include "crossings.cuh"

struct Plane {  // of one frame
    const real* blend;  // [2, height, width]
    int height, width;
};

struct Neighbour {
    int64 step;   // to its pixel
    real weight;  // of its colour; 0: nothing
    real giving;  // how much of this pixel's colour it gets
};

FN Neighbour neighbour_of(const Plane& p, int row, int column, int side) {
    bool first = side < 2, in_row = side % 2 == 0;  // whether this pixel is the first of the pair
    int other_row = row + (in_row ? 0 : first ? 1 : -1);
    int other_column = column + (in_row ? first ? 1 : -1 : 0);
    if (other_row < 0 || other_row >= p.height || other_column < 0 || other_column >= p.width) {
        return {0, 0, 0};
    }
    int64 pixels = (int64)p.height * p.width, here = (int64)row * p.width + column;
    int64 there = (int64)other_row * p.width + other_column;
    real v = p.blend[(in_row ? 0 : pixels) + (first ? here : there)];
    if (v == NO_BLEND) return {0, 0, 0};
    real to_first = first_gets(v) ? v : 0, to_second = first_gets(v) ? 0 : -v;
    return {there - here, first ? to_first : to_second, first ? to_second : to_first};
}

#define BLEND const real *picture, int64 channels, int64 height, int64 width, const real *blend
#define MAKE_PLANE                                                                  \
    int64 pixels = height * width, pixel = item(), t = row_of_grid();               \
    if (pixel >= pixels) return;                                                    \
    const Plane plane = {blend + 2 * t * pixels, (int)height, (int)width};          \
    int row = (int)(pixel / width), column = (int)(pixel % width)

KERNEL(blend_picture)(BLEND, real* made) {
    MAKE_PLANE;
    Neighbour from[4];
    for (int side = 0; side < 4; ++side) from[side] = neighbour_of(plane, row, column, side);
    for (int64 channel = 0; channel < channels; ++channel) {
        int64 at = (t * channels + channel) * pixels + pixel;
        real own = picture[at], sum = own;
        for (int side = 0; side < 4; ++side) {
            if (from[side].weight > 0) {
                sum += from[side].weight * (picture[at + from[side].step] - own);
            }
        }
        made[at] = sum;
    }
}

FN real toward(const Neighbour* to, const real* slopes, real kept) {
    real sum = kept * slopes[0];
    for (int side = 0; side < 4; ++side) {
        if (to[side].giving > 0) sum += to[side].giving * slopes[to[side].step];
    }
    return sum;
}

// Gradients by the picture and by how much pixels blend, given that by the blended picture.
KERNEL(blend_backward)(BLEND, const real* by_made, real* by_picture, real* by_blend) {
    MAKE_PLANE;
    Neighbour to[4];
    real kept = 1, sums[2] = {0, 0};
    for (int side = 0; side < 4; ++side) {
        to[side] = neighbour_of(plane, row, column, side);
        kept -= to[side].weight;
    }
    const real own[2] = {plane.blend[pixel], plane.blend[pixels + pixel]};
    bool inside[2] = {column + 1 < plane.width && own[0] != NO_BLEND,
                      row + 1 < plane.height && own[1] != NO_BLEND};
    for (int64 channel = 0; channel < channels; ++channel) {
        int64 at = (t * channels + channel) * pixels + pixel;
        by_picture[at] = toward(to, by_made + at, kept);
        for (int step = 0; step < 2; ++step) {
            int64 next = at + (step == 0 ? 1 : width);
            if (inside[step]) {
                sums[step] += by_made[first_gets(own[step]) ? at : next] *
                              (picture[next] - picture[at]);
            }
        }
    }
    by_blend[2 * t * pixels + pixel] = sums[0];
    by_blend[(2 * t + 1) * pixels + pixel] = sums[1];
}
