// Gradient of the fused path, in one go: every vertex looks at the pixels of the triangles around it
// and sums what pulls at its place and at its colours and masks.
#include "pulls.cuh"

#define MOST_CHANNELS 8  // colours and masks together; shading.py says the same

struct Painted {
    const real *paint, *masks;  // [1 or frames, vertex_count, channels]
    int64 paint_frames, channels, mask_frames, mask_count;
    bool hard, clamped;
    // [frames, channels, pixels] and so on; null: nothing depends on it
    const real *by_picture, *by_masks, *by_shares, *by_depth;
};

struct Channel {  // one of the colours or masks
    const real* values;  // of vertex 0
    int64 step;          // from vertex to vertex
    const real* slopes;  // of pixel 0 of the frame; null: nothing depends on it
    bool clamped;
};

FN Channel channel_of(const Painted& p, const Scene& s, int64 t, int k) {
    int64 pixels = (int64)s.height * s.width;
    if (k < p.channels) {
        const real* of_frame = p.paint + frame_of(t, p.paint_frames) * s.vertex_count * p.channels;
        return {of_frame + k, p.channels,
                p.by_picture == nullptr ? nullptr : p.by_picture + (t * p.channels + k) * pixels,
                p.clamped};
    }
    int64 mask = k - p.channels;
    const real* of_frame = p.masks + frame_of(t, p.mask_frames) * s.vertex_count * p.mask_count;
    bool none = p.by_masks == nullptr || p.hard;  // a step is flat on both sides
    return {of_frame + mask, p.mask_count,
            none ? nullptr : p.by_masks + (t * p.mask_count + mask) * pixels, false};
}

// Add what one channel of one pixel wants: of the shares (in g) and of the first corner's value.
FN void add_channel(const Channel& c, const Triangle& v, const Shares<real>& s, int64 in_frame,
                    Slopes* g, real* sum) {
    if (c.slopes == nullptr) return;
    real slope = c.slopes[in_frame];
    if (slope == 0) return;
    real a = c.values[v.a * c.step], b = c.values[v.b * c.step], d = c.values[v.c * c.step];
    real mixed = s.s0 * a + s.s1 * b + s.s2 * d;
    if (c.clamped && !(mixed >= 0 && mixed <= 1)) return;
    g->by_0 += slope * a, g->by_1 += slope * b, g->by_2 += slope * d;
    *sum += slope * s.s0;
}

// One thread per vertex and slice of rows; partial is [frames, slices, vertex_count, 4 + channels +
// mask_count].
WAITING_KERNEL(gather_painted)
(SCENE, const int* ring_start, const int* ring_corners, const int* shown, const real* paint,
 int64 paint_frames, int64 channels, const real* masks, int64 mask_frames, int64 mask_count, int64 hard,
 int64 clamped, const real* by_picture, const real* by_masks, const real* by_shares,
 const real* by_depth, int64 slices, real* partial) {
    MAKE_SCENE;
    uint32 vertex = item() / (uint32)slices;
    if (vertex >= scene.vertex_count) return;
    int64 t = row_of_grid(), pixels = (int64)scene.height * scene.width;
    const Painted painted = {paint, masks, paint_frames, channels, mask_frames, mask_count, hard != 0,
                             clamped != 0, by_picture, by_masks, by_shares, by_depth};
    const Slice slice = {(int)(item() % (uint32)slices), (int)slices};
    const Ring ring = ring_at(ring_start, ring_corners, t, scene.triangle_frames,
                              scene.triangle_count, scene.vertex_count);
    int total = (int)(channels + mask_count);
    Pull sum = {0, 0, 0, 0};
    real sums[MOST_CHANNELS] = {};
    for (int at = ring.start[vertex]; at < ring.start[vertex + 1]; ++at) {
        int corner = ring.corners[at];
        Triangle v;
        if (!turned(scene, t, corner, &v)) continue;
        Point a = project(scene, t, v.a), b = project(scene, t, v.b), c = project(scene, t, v.c);
        auto visit = [&](int column, int row, int64 pixel) {
            int64 in_frame = pixel - t * pixels;
            real x = (real)column + (real)0.5, y = (real)row + (real)0.5;
            Moved<real> q = moved<real>(a, b, c, x, y);
            Shares<real> s = shares_of(q);
            if (s.total == 0) return;  // it has an area only since its corners were snapped
            Slopes g = slopes_of_shares(by_shares, t, pixels, in_frame, corner % 3);
            for (int k = 0; k < MOST_CHANNELS; ++k) {
                if (k < total) {
                    add_channel(channel_of(painted, scene, t, k), v, s, in_frame, &g, &sums[k]);
                }
            }
            g.by_depth = by_depth == nullptr ? 0 : by_depth[pixel];
            add(pull_at(a, b, c, x, y, q, s, g), &sum);
        };
        each_pixel(scene, t, corner / 3, v, shown, slice, visit);
    }
    real* into = partial + ((t * slices + slice.number) * scene.vertex_count + vertex) * (4 + total);
    into[0] = sum.x, into[1] = sum.y, into[2] = sum.depth, into[3] = sum.w;
    for (int k = 0; k < MOST_CHANNELS; ++k) {
        if (k < total) into[4 + k] = sums[k];
    }
}
