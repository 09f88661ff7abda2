// The list of triangles that are too large for one thread. Its head is one word that counts triangles
// and chunks (what one warp draws) at once, so the first chunk of each is known when it is put in
// and rises from entry to entry.
#pragma once
#include "clipping.cuh"
#include "tuning.cuh"

struct Queue {
    uint64* head;     // triangles << CHUNK_BITS | chunks
    uint64* entries;  // first chunk << 26 | frame of the group * triangle_count + triangle
};

#define TRIANGLE_BITS (64 - CHUNK_BITS)
#define CHUNK_MASK ((1ull << CHUNK_BITS) - 1)
#define TRIANGLE_MASK ((1ull << TRIANGLE_BITS) - 1)

FN int64 tiles_across(const Box& box) { return (box.right - box.left + TILE) / TILE; }
FN int64 tiles_in(const Box& box) { return tiles_across(box) * ((box.bottom - box.top + TILE) / TILE); }
FN int64 chunks_of(const Box& box) { return smaller(tiles_in(box), (int64)MOST_CHUNKS); }

FN void put(const Queue& queue, uint64 which, const Box& box) {
    uint64 head = add_to(queue.head, (1ull << CHUNK_BITS) + (uint64)chunks_of(box));
    queue.entries[head >> CHUNK_BITS] = ((head & CHUNK_MASK) << TRIANGLE_BITS) | which;
}

// The entry that a chunk belongs to: the last one whose first chunk is not after it.
FN uint64 entry_of(const Queue& queue, uint64 entries, uint64 chunk) {
    uint64 low = 0, high = entries;
    while (high - low > 1) {
        uint64 middle = (low + high) / 2;
        if (queue.entries[middle] >> TRIANGLE_BITS <= chunk) low = middle;
        else high = middle;
    }
    return low;
}
