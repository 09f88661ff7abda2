// The fused path to float32 (or float64) pictures; one file each, since compiling them takes longest.
#include "paint.cuh"

KERNEL(paint_real)(PAINT, real* picture, real* masked, real* coverage) { PAINT_PICTURE; }
