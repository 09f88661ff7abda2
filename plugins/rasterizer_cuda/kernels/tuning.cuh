// Numbers that change speed, never a result. Reasons: docs/decisions/0008-cuda-rasterizer.md.
#pragma once

#define TILE 16           // px: side of a large triangle's tiles, each drawn by one warp
#define MOST_CHUNKS 4096  // a triangle's tiles are dealt out to at most so many warps
#define CHUNK_BITS 38     // of the queue's head: chunks; the other 26 bits: triangles
