// The fused path to float16 pictures; one file each, since compiling them takes longest.
#include "paint.cuh"

KERNEL(paint_half)(PAINT, uint16* picture, uint16* masked, uint16* coverage) { PAINT_PICTURE; }
