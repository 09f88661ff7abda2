// Vertices in homogeneous pixels, for kernels that need those of several triangles around each.
#include "scene.cuh"

KERNEL(project_points)(SCENE, real* made) {
    MAKE_SCENE;
    uint32 vertex = item();
    if (vertex >= scene.vertex_count) return;
    int64 t = row_of_grid();
    ((Point*)made)[t * scene.vertex_count + vertex] = project_as<real, Point>(scene, t, vertex);
}
