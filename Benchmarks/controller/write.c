// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors
//
// write MONITORS USER KEY POOL OBJECTS: writes 4 KiB to each of the first OBJECTS objects of every image of a pool, so that
// an erasure has something to remove.
#include <rados/librados.h>
#include <rbd/librbd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void must(int result, const char *what) {
    if (result >= 0) return;
    fprintf(stderr, "write: %s: %s\n", what, strerror(-result));
    exit(1);
}

int main(int count, char **arguments) {
    if (count != 6) {
        fprintf(stderr, "write: MONITORS USER KEY POOL OBJECTS\n");
        return 64;
    }
    rados_t cluster;
    rados_ioctx_t io;
    must(rados_create(&cluster, arguments[2]), "rados_create");
    must(rados_conf_set(cluster, "mon_host", arguments[1]), "mon_host");
    must(rados_conf_set(cluster, "key", arguments[3]), "key");
    must(rados_connect(cluster), "rados_connect");
    must(rados_ioctx_create(cluster, arguments[4], &io), "rados_ioctx_create");
    size_t images = 65536;
    rbd_image_spec_t *specs = calloc(images, sizeof *specs);
    must(rbd_list2(io, specs, &images), "rbd_list2");
    char page[4096];
    memset(page, 7, sizeof page);
    for (size_t image = 0; image < images; image++) {
        rbd_image_t open;
        must(rbd_open(io, specs[image].name, &open, NULL), specs[image].name);
        for (int object = 0; object < atoi(arguments[5]); object++)
            must((int)rbd_write(open, (uint64_t)object << 22, sizeof page, page), "rbd_write");
        must(rbd_close(open), "rbd_close");
    }
    rbd_image_spec_list_cleanup(specs, images);
    rados_ioctx_destroy(io);
    rados_shutdown(cluster);
    return 0;
}
