/* A disk that fails: once armed, the n-th call that changes a file whose path holds "faulty" fails; if sticky, all later ones too.
   Loaded before libc (LD_PRELOAD), so that SQLite meets it without knowing. Mode 0 refuses a call; mode 1 writes the first half of the
   bytes and refuses the rest, as a disk does that fills up in the middle. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/types.h>
#include <unistd.h>

static long wanted = 0, seen = 0;
static int number = 0, sticky = 0, halves = 0;

void fault_arm(long nth, int error_number, int is_sticky, int mode) {
    wanted = nth; number = error_number; sticky = is_sticky; halves = mode; seen = 0;
}
long fault_seen(void) { return seen; }

static int is_faulty(int file) {
    if (wanted <= 0) return 0;
    char link[64], path[4096];
    snprintf(link, sizeof link, "/proc/self/fd/%d", file);
    ssize_t length = readlink(link, path, sizeof path - 1);
    if (length <= 0) return 0;
    path[length] = 0;
    if (!strstr(path, "faulty")) return 0;
    seen++;
    return seen == wanted || (sticky && seen > wanted);
}

#define REAL(name) static __typeof__(&name) real; if (!real) real = (__typeof__(&name))dlsym(RTLD_NEXT, #name)
#define REFUSE do { errno = number; return -1; } while (0)

ssize_t write(int file, const void *bytes, size_t count) {
    REAL(write);
    if (!is_faulty(file)) return real(file, bytes, count);
    if (halves && seen == wanted && count > 1) return real(file, bytes, count / 2);
    REFUSE;
}
ssize_t pwrite(int file, const void *bytes, size_t count, off_t offset) {
    REAL(pwrite);
    if (!is_faulty(file)) return real(file, bytes, count, offset);
    if (halves && seen == wanted && count > 1) return real(file, bytes, count / 2, offset);
    REFUSE;
}
ssize_t pwrite64(int file, const void *bytes, size_t count, off64_t offset) {
    REAL(pwrite64);
    if (!is_faulty(file)) return real(file, bytes, count, offset);
    if (halves && seen == wanted && count > 1) return real(file, bytes, count / 2, offset);
    REFUSE;
}
int fsync(int file) { REAL(fsync); if (is_faulty(file)) REFUSE; return real(file); }
int fdatasync(int file) { REAL(fdatasync); if (is_faulty(file)) REFUSE; return real(file); }
int ftruncate(int file, off_t length) { REAL(ftruncate); if (is_faulty(file)) REFUSE; return real(file, length); }
int ftruncate64(int file, off64_t length) { REAL(ftruncate64); if (is_faulty(file)) REFUSE; return real(file, length); }
