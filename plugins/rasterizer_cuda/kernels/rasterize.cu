// From vertices to a z-buffer of one group of frames: nearest[frame of the group, pixel] is a word of
// depth and triangle, the largest wins. Three kernels, each over all frames of the group.
#include "queue.cuh"

struct Buffers {
    Snapped* snapped;  // [group, vertex_count]
    Away* away;        // [group, vertex_count]
    uint64* nearest;   // [group, height * width]
    Queue queue;
};

#define BUFFERS                                                                          \
    int64 first_frame, Snapped *snapped, Away *away, uint64 *nearest, uint64 *queue_head, \
        uint64 *queue_entries
#define MAKE_BUFFERS const Buffers buffers = {snapped, away, nearest, {queue_head, queue_entries}}

// Snap every vertex, and clear what the next two kernels write.
KERNEL(project_vertices)(SCENE, BUFFERS) {
    MAKE_SCENE;
    MAKE_BUFFERS;
    uint32 group_frame = row_of_grid();
    uint64* clear = buffers.nearest + (int64)group_frame * scene.height * scene.width;
    for (uint32 pixel = item(); pixel < (uint32)(scene.height * scene.width); pixel += items()) {
        clear[pixel] = 0;
    }
    if (group_frame == 0 && item() == 0) *buffers.queue.head = 0;
    for (uint32 vertex = item(); vertex < (uint32)scene.vertex_count; vertex += items()) {
        int64 at = group_frame * scene.vertex_count + vertex;
        Away far;
        buffers.snapped[at] = snap_vertex(scene, first_frame + group_frame, vertex, &far);
        buffers.away[at] = far;
    }
}

FN void draw_small(uint64* nearest, int width, uint32 triangle, const Box& box, Edges e,
                   const Weights& weights) {
    for (int row = box.top; row <= box.bottom; ++row) {
        int64 e0 = e.e0, e1 = e.e1, e2 = e.e2;
        for (int column = box.left; column <= box.right; ++column) {
            if (covered(e0, e1, e2)) {
                Fragment f = fragment(e0, e1, e2, weights);
                raise_to(nearest + row * width + column, word_of(f.depth, triangle));
            }
            e0 += e.right0, e1 += e.right1, e2 += e.right2;
        }
        e.e0 += e.down0, e.e1 += e.down1, e.e2 += e.down2;
    }
}

// One thread per triangle: draw it if its box is small, else put it into the queue.
KERNEL(draw_small_triangles)(SCENE, BUFFERS, int64 small_px) {
    MAKE_SCENE;
    MAKE_BUFFERS;
    uint32 triangle = item(), group_frame = row_of_grid();
    Triangle t;
    if (triangle >= scene.triangle_count ||
        !find_triangle(scene, first_frame + group_frame, triangle, &t)) {
        return;
    }
    int64 first = group_frame * scene.vertex_count;
    Snapped a = buffers.snapped[first + t.a], b = buffers.snapped[first + t.b],
            c = buffers.snapped[first + t.c];
    uint64 which = (uint64)group_frame * scene.triangle_count + triangle;
    if (a.x == NOT_ON_SCREEN || b.x == NOT_ON_SCREEN || c.x == NOT_ON_SCREEN) {
        Homogeneous h = homogeneous(scene, first_frame + group_frame, t);
        Box box = box_of_polygon(scene, clipped(scene, h));
        if (!empty(box)) put(buffers.queue, which, box);
        return;
    }
    Corners p = corners_from(a, b, c);
    Box box = box_of(scene, p);
    if (empty(box)) return;
    Edges e = edges_at(p, box.left, box.top, scene.cull);
    if (e.area == 0) return;
    if (pixels_in(box) > small_px) {
        put(buffers.queue, which, box);
        return;
    }
    Weights weights = weights_of(e.area, buffers.away[first + t.a], buffers.away[first + t.b],
                                 buffers.away[first + t.c]);
    draw_small(buffers.nearest + (int64)group_frame * scene.height * scene.width, scene.width,
               triangle, box, e, weights);
}

struct Tile {  // pixels of a box, both ends included
    int left, right, top, bottom;
};

FN Tile tile_of(const Box& box, int64 number) {
    int left = box.left + (int)(number % tiles_across(box)) * TILE;
    int top = box.top + (int)(number / tiles_across(box)) * TILE;
    return {left, smaller(left + TILE - 1, box.right), top, smaller(top + TILE - 1, box.bottom)};
}

FN void raise_if_nearer(uint64* at, uint64 word) {
    // Reading is cheaper than an atomic that changes nothing.
    if (fresh(at) < word) raise_to(at, word);
}

struct Large {  // one triangle that is not small
    uint32 number;
    bool on_screen;
    Corners p;           // if on screen
    Weights weights;     // if on screen
    Homogeneous corners;  // if not
    Polygon polygon;     // if not
    Box box;
};

FN Large load(const Scene& s, const Buffers& buffers, int64 first_frame, uint32 group_frame,
              uint32 number) {
    Large l;
    Triangle t;
    find_triangle(s, first_frame + group_frame, number, &t);
    int64 first = group_frame * s.vertex_count;
    Snapped a = buffers.snapped[first + t.a], b = buffers.snapped[first + t.b],
            c = buffers.snapped[first + t.c];
    l.number = number;
    l.on_screen = a.x != NOT_ON_SCREEN && b.x != NOT_ON_SCREEN && c.x != NOT_ON_SCREEN;
    if (l.on_screen) {
        l.p = corners_from(a, b, c);
        l.box = box_of(s, l.p);
        Edges e = edges_at(l.p, l.box.left, l.box.top, s.cull);
        l.weights = weights_of(e.area, buffers.away[first + t.a], buffers.away[first + t.b],
                               buffers.away[first + t.c]);
    } else {
        l.corners = homogeneous(s, first_frame + group_frame, t);
        l.polygon = clipped(s, l.corners);
        l.box = box_of_polygon(s, l.polygon);
    }
    return l;
}

// The pixels of one tile that are one lane's.
FN void draw_tile(const Scene& s, const Large& l, const Tile& tile, uint32 lane, uint64* nearest) {
    int columns = tile.right - tile.left + 1, rows = tile.bottom - tile.top + 1;
    Edges e = edges_at(l.p, tile.left, tile.top, s.cull);
    if (!may_cover(e.e0, e.right0, e.down0, columns, rows) ||
        !may_cover(e.e1, e.right1, e.down1, columns, rows) ||
        !may_cover(e.e2, e.right2, e.down2, columns, rows)) {
        return;
    }
    for (int at = (int)lane; at < TILE * rows; at += 32) {
        int right = at % TILE, down = at / TILE;
        int64 e0 = e.e0 + e.right0 * right + e.down0 * down;
        int64 e1 = e.e1 + e.right1 * right + e.down1 * down;
        int64 e2 = e.e2 + e.right2 * right + e.down2 * down;
        if (right < columns && covered(e0, e1, e2)) {
            Fragment f = fragment(e0, e1, e2, l.weights);
            raise_if_nearer(nearest + (tile.top + down) * s.width + tile.left + right,
                            word_of(f.depth, l.number));
        }
    }
}

FN void draw_clipped_tile(const Scene& s, const Large& l, const Tile& tile, uint32 lane,
                          uint64* nearest) {
    for (int at = (int)lane; at < TILE * (tile.bottom - tile.top + 1); at += 32) {
        int column = tile.left + at % TILE, row = tile.top + at / TILE;
        if (column <= tile.right && polygon_covers(l.polygon, column, row, s.cull)) {
            Fragment f = clipped_fragment(l.corners, column, row);
            raise_if_nearer(nearest + row * s.width + column, word_of(f.depth, l.number));
        }
    }
}

// What the queue holds, in equal shares for all warps. One row of blocks; any number of them.
KERNEL(draw_large_triangles)(SCENE, BUFFERS) {
    MAKE_SCENE;
    MAKE_BUFFERS;
    uint64 entries = *buffers.queue.head >> CHUNK_BITS, chunks = *buffers.queue.head & CHUNK_MASK;
    uint64 warps = items() / 32, each = (chunks + warps - 1) / warps;
    uint64 chunk = item() / 32 * each, end = smaller(chunk + each, chunks);
    uint32 lane = item() % 32;
    if (chunk >= end) return;
    for (uint64 entry = entry_of(buffers.queue, entries, chunk); chunk < end; ++entry) {
        uint64 word = buffers.queue.entries[entry];
        uint64 which = word & TRIANGLE_MASK, first_chunk = word >> TRIANGLE_BITS;
        uint32 group_frame = (uint32)(which / scene.triangle_count);
        Large l = load(scene, buffers, first_frame, group_frame,
                       (uint32)(which % scene.triangle_count));
        uint64* frame = buffers.nearest + (int64)group_frame * scene.height * scene.width;
        uint64 after = entry + 1 < entries ? buffers.queue.entries[entry + 1] >> TRIANGLE_BITS
                                           : chunks;
        for (; chunk < smaller(after, end); ++chunk) {
            for (int64 tile = chunk - first_chunk; tile < tiles_in(l.box); tile += MOST_CHUNKS) {
                if (l.on_screen) draw_tile(scene, l, tile_of(l.box, tile), lane, frame);
                else draw_clipped_tile(scene, l, tile_of(l.box, tile), lane, frame);
            }
        }
    }
}
