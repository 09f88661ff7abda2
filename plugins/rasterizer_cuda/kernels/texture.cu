// Texture lookup, bilinear or between two mip levels, and its gradients.
#include "pixels.cuh"
#include "texels.cuh"

struct Pyramid {  // all levels of one frame's texture, one after the other in each channel
    int64 texels;   // of all levels together
    int64 height, width;
    int levels;
};

struct Level {
    int64 first;  // texel
    int height, width;
};

// The size of a level: half of the one before, rounded down, at least 1.
FN Level level_of(const Pyramid& p, int number) {
    Level level = {0, (int)p.height, (int)p.width};
    for (int k = 0; k < number; ++k) {
        level.first += (int64)level.height * level.width;
        level.height = larger(level.height / 2, 1), level.width = larger(level.width / 2, 1);
    }
    return level;
}

struct Lookup {  // up to two levels, mixed
    Level level[2];
    Texels texels[2];
    real share[2];
};

#define TEXTURE                                                                                 \
    const real *pyramid, int64 texture_frames, int64 channels, int64 texels, int64 height,      \
        int64 width, int64 levels, const real *uv, const real *wanted, int64 pixels
#define MAKE_LOOKUP                                                                      \
    int64 pixel = item(), t = row_of_grid();                                             \
    if (pixel >= pixels) return;                                                         \
    const Pyramid shape = {texels, height, width, (int)levels};                          \
    const real u = uv[2 * t * pixels + pixel], v = uv[(2 * t + 1) * pixels + pixel];     \
    const Lookup lookup =                                                                \
        lookup_at(shape, u, v, wanted == nullptr ? (real)0 : wanted[t * pixels + pixel]); \
    const int64 frame = frame_of(t, texture_frames) * channels * texels

FN Lookup lookup_at(const Pyramid& p, real u, real v, real wanted) {
    // The comparison with NaN is false and leaves level 0.
    real level = wanted > 0 ? smaller(wanted, (real)(p.levels - 1)) : 0;
    int lower = smaller((int)level, p.levels - 1), upper = smaller(lower + 1, p.levels - 1);
    real share = level - (real)lower;
    Lookup found = {{level_of(p, lower), level_of(p, upper)}, {}, {1 - share, share}};
    for (int k = 0; k < 2; ++k) {
        found.texels[k] = texels_at(u, v, found.level[k].width, found.level[k].height);
    }
    return found;
}

KERNEL(look_up)(TEXTURE, real* made) {
    MAKE_LOOKUP;
    for (int64 channel = 0; channel < channels; ++channel) {
        real sum = 0;
        for (int k = 0; k < 2; ++k) {
            if (lookup.share[k] == 0) continue;
            const real* plane = pyramid + frame + channel * texels + lookup.level[k].first;
            sum += lookup.share[k] * bilinear(plane, lookup.level[k].width, lookup.texels[k]);
        }
        made[(t * channels + channel) * pixels + pixel] = sum;
    }
}

// Gradient by the texture coordinates [frames, 2, pixels].
KERNEL(look_up_by_uv)(TEXTURE, const real* by_made, real* by_uv) {
    MAKE_LOOKUP;
    real by_u = 0, by_v = 0;
    for (int64 channel = 0; channel < channels; ++channel) {
        real slope = by_made[(t * channels + channel) * pixels + pixel];
        for (int k = 0; k < 2; ++k) {
            if (lookup.share[k] == 0) continue;
            const Texels& at = lookup.texels[k];
            int across = lookup.level[k].width;
            const real* plane = pyramid + frame + channel * texels + lookup.level[k].first;
            real top_left = plane[at.top * across + at.left];
            real top_right = plane[at.top * across + at.right];
            real low_left = plane[at.bottom * across + at.left];
            real low_right = plane[at.bottom * across + at.right];
            real right = (1 - at.down) * (top_right - top_left) + at.down * (low_right - low_left);
            real down = (1 - at.across) * (low_left - top_left) + at.across * (low_right - top_right);
            real part = slope * lookup.share[k];
            if (at.moves_across) by_u += part * right * (real)across;
            if (at.moves_down) by_v += part * down * (real)lookup.level[k].height;
        }
    }
    by_uv[2 * t * pixels + pixel] = by_u, by_uv[(2 * t + 1) * pixels + pixel] = by_v;
}

// Sums of whole numbers do not depend on their order.
FN void add_fixed(uint64* into, real value, double scale) {
    double scaled = floor((double)value * scale + 0.5);
    if (scaled != 0 && scaled > -9e18 && scaled < 9e18) add_to(into, (uint64)(int64)scaled);
}

// Gradient by the texels, times *scale, in whole numbers [texture_frames, channels, texels].
KERNEL(look_up_by_texture)(TEXTURE, const real* by_made, const double* scale, uint64* fixed) {
    MAKE_LOOKUP;
    for (int64 channel = 0; channel < channels; ++channel) {
        real slope = by_made[(t * channels + channel) * pixels + pixel];
        for (int k = 0; k < 2; ++k) {
            const Texels& at = lookup.texels[k];
            int across = lookup.level[k].width;
            uint64* plane = fixed + frame + channel * texels + lookup.level[k].first;
            real part = slope * lookup.share[k];
            add_fixed(plane + at.top * across + at.left, part * (1 - at.down) * (1 - at.across), *scale);
            add_fixed(plane + at.top * across + at.right, part * (1 - at.down) * at.across, *scale);
            add_fixed(plane + at.bottom * across + at.left, part * at.down * (1 - at.across), *scale);
            add_fixed(plane + at.bottom * across + at.right, part * at.down * at.across, *scale);
        }
    }
}

struct Rates {  // of something by x and by y
    real x, y;
};

FN Rates edge_rates(const Point& a, const Point& b, real x, real y) {
    return {(a.y - y * a.w) * b.w - a.w * (b.y - y * b.w), a.w * (b.x - x * b.w) - (a.x - x * a.w) * b.w};
}

// How many texels, as a power of two, a pixel is wide (OpenGL 4.6, section 8.14.1).
KERNEL(find_levels)
(SCENE, const int* shown, const real* uv, int64 texture_height, int64 texture_width, real* levels) {
    MAKE_SCENE;
    int64 pixels = (int64)scene.height * scene.width, pixel = item(), t = row_of_grid();
    if (pixel >= pixels) return;
    real* into = levels + t * pixels + pixel;
    Triangle v;
    *into = 0;
    if ((uint64)(int64)shown[t * pixels + pixel] >= (uint64)scene.triangle_count ||
        !find_triangle(scene, t, (uint32)shown[t * pixels + pixel], &v)) {
        return;
    }
    Point p[3] = {project(scene, t, v.a), project(scene, t, v.b), project(scene, t, v.c)};
    real x = (real)(pixel % scene.width) + (real)0.5, y = (real)(pixel / scene.width) + (real)0.5;
    Shares<real> s = shares_of(moved<real>(p[0], p[1], p[2], x, y));
    real across = (real)texture_width, down = (real)texture_height;
    real here_u = s.s0 * uv[2 * v.a] + s.s1 * uv[2 * v.b] + s.s2 * uv[2 * v.c];
    real here_v = s.s0 * uv[2 * v.a + 1] + s.s1 * uv[2 * v.b + 1] + s.s2 * uv[2 * v.c + 1];
    real by_x_u = 0, by_x_v = 0, by_y_u = 0, by_y_v = 0;
    for (int k = 0; k < 3; ++k) {
        Rates rates = edge_rates(p[(k + 1) % 3], p[(k + 2) % 3], x, y);
        real u_step = (uv[2 * corner_of(v, k)] - here_u) * across / s.total;
        real v_step = (uv[2 * corner_of(v, k) + 1] - here_v) * down / s.total;
        by_x_u += rates.x * u_step, by_x_v += rates.x * v_step;
        by_y_u += rates.y * u_step, by_y_v += rates.y * v_step;
    }
    real longest = larger(by_x_u * by_x_u + by_x_v * by_x_v, by_y_u * by_y_u + by_y_v * by_y_v);
    const real tiniest = (real)8.673617379884035e-19;  // 2**-60: a step of 2**-30 texels
    *into = (real)0.5 * (real)log2((double)larger(longest, tiniest));
}
