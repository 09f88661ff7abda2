// What silhouettes.cu writes and blend.cu reads.
#pragma once
#include "platform.cuh"

#define NO_BLEND ((real)2)  // others are between -1 and 1

// Whether the first pixel of the pair gets of the second's colour, or the second of the first's. At
// exactly half way nobody gets anything, but the gradient differs: it is then the other's, and the sign
// of zero says whose (see silhouettes.cu).
FN bool first_gets(real v) { return v > 0 || (v == 0 && 1 / v < 0); }
