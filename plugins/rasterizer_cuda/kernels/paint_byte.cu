// The fused path to uint8 pictures; one file each, since compiling them takes longest.
#include "paint.cuh"

KERNEL(paint_byte)(PAINT, uint8* picture, uint8* masked, uint8* coverage) { PAINT_PICTURE; }
