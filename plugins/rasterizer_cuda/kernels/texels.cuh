// Bilinear lookup in a picture; outside of [0, 1] the border goes on. Texel centres lie at half
// integers.
#pragma once
#include "platform.cuh"

struct Texels {  // four neighbours and how near the wanted point is to the right and lower ones
    int left, right, top, bottom;
    real across, down;
    bool moves_across, moves_down;  // whether the point is inside, so that moving it changes something
};

FN Texels texels_at(real u, real v, int width, int height) {
    real x = u * (real)width - (real)0.5, y = v * (real)height - (real)0.5;
    Texels t;
    t.moves_across = x > 0 && x < (real)(width - 1), t.moves_down = y > 0 && y < (real)(height - 1);
    // The comparisons with NaN are false and leave 0.
    x = x > 0 ? smaller(x, (real)(width - 1)) : 0, y = y > 0 ? smaller(y, (real)(height - 1)) : 0;
    t.left = (int)x, t.top = (int)y;
    t.right = smaller(t.left + 1, width - 1), t.bottom = smaller(t.top + 1, height - 1);
    t.across = x - (real)t.left, t.down = y - (real)t.top;
    return t;
}

FN real bilinear(const real* plane, int width, const Texels& t) {
    real top_left = plane[t.top * width + t.left], top_right = plane[t.top * width + t.right];
    real low_left = plane[t.bottom * width + t.left], low_right = plane[t.bottom * width + t.right];
    return (1 - t.down) * ((1 - t.across) * top_left + t.across * top_right) +
           t.down * ((1 - t.across) * low_left + t.across * low_right);
}
