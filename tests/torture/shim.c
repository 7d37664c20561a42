/* Count the calls that touch a tree, and let one of them fail or be the process's last.
 *
 * Loaded by LD_PRELOAD it stands between Python and the C library. What counts is a call on a
 * path below one of the roots, or on a descriptor that was opened there; each is numbered from 0
 * and written to the trace: number, call, what may befall it, path.
 *
 * What may befall a call, after the manual pages: E any I/O error and a kill; A EACCES;
 * R needs room (ENOSPC); W changes something (EROFS); X two places (EXDEV); I EINTR.
 *
 * torture_arm() starts the count; so do the variables TORTURE_ROOTS, TORTURE_POINT, TORTURE_FAULT
 * and TORTURE_TRACE in the environment of a new process.
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <sys/xattr.h>
#include <unistd.h>

#define DESCRIPTORS 4096
#define ROOTS 8
#define LONGEST (2 * PATH_MAX)

static char roots[ROOTS][PATH_MAX];
static int root_count, trace = -1;
static pid_t armed; /* a child between vfork and exec is another process, and does not count */
static long point = -1, counter;
static char fault[32];
static char *opened[DESCRIPTORS];

static const struct { const char *name; int number; char flag; } ERRORS[] = {
    {"EIO", EIO, 'E'},     {"ENOSPC", ENOSPC, 'R'}, {"FULL", ENOSPC, 'R'}, {"EACCES", EACCES, 'A'},
    {"EXDEV", EXDEV, 'X'}, {"EROFS", EROFS, 'W'},   {"EINTR", EINTR, 'I'},
};
static const struct { const char *name; int number; } SIGNALS[] = {
    {"SIGINT", SIGINT}, {"SIGTERM", SIGTERM}, {"SIGHUP", SIGHUP},
};

enum { GO = 0, FAIL = -1, LAST = 1 };

static void die(void) {
    syscall(SYS_kill, syscall(SYS_getpid), SIGKILL);
    for (;;) pause();
}

static int inside(const char *path) {
    for (int i = 0; i < root_count; i++) {
        size_t length = strlen(roots[i]);
        if (!strncmp(path, roots[i], length) && (!path[length] || path[length] == '/')) return 1;
    }
    return 0;
}

/* Make a path absolute; NULL if it leads nowhere near the roots. */
static const char *place(int folder, const char *path, char *space) {
    if (armed == 0 || path == NULL) return NULL;
    if (path[0] == '/') {
        snprintf(space, LONGEST, "%s", path);
    } else if (folder == AT_FDCWD) {
        char here[PATH_MAX];
        if (syscall(SYS_getcwd, here, sizeof here) < 0) return NULL;
        snprintf(space, LONGEST, "%s/%s", here, path);
    } else if (folder >= 0 && folder < DESCRIPTORS && opened[folder]) {
        snprintf(space, LONGEST, "%s%s%s", opened[folder], *path ? "/" : "", path);
    } else {
        return NULL;
    }
    return inside(space) ? space : NULL;
}

static const char *of(int fd) {
    return armed && fd >= 0 && fd < DESCRIPTORS ? opened[fd] : NULL;
}

static void track(int fd, const char *path) {
    if (fd < 0 || fd >= DESCRIPTORS || getpid() != armed) return;
    char *old = opened[fd];
    opened[fd] = path ? strdup(path) : NULL;
    free(old);
}

/* Count a call; tell whether it goes on, fails (errno is set), or is the last. */
static int meet(const char *name, const char *flags, const char *path) {
    if (path == NULL || armed == 0 || getpid() != armed) return GO;
    int before = errno;
    long number = __atomic_fetch_add(&counter, 1, __ATOMIC_SEQ_CST);
    if (trace >= 0) {
        char line[LONGEST + 128];
        int length = snprintf(line, sizeof line, "%ld\t%s\t%s\t%s\n", number, name, flags, path);
        if (syscall(SYS_write, trace, line, length) < 0) { /* nobody to tell */ }
    }
    errno = before;
    if (point < 0 || number < point) return GO;
    if (number == point && !strcmp(fault, "KILL-BEFORE")) die();
    if (number == point && !strcmp(fault, "KILL-AFTER")) return LAST;
    for (size_t i = 0; number == point && i < sizeof SIGNALS / sizeof *SIGNALS; i++)
        if (!strcmp(fault, SIGNALS[i].name)) {
            syscall(SYS_kill, syscall(SYS_getpid), SIGNALS[i].number);
            errno = before;
        }
    for (size_t i = 0; i < sizeof ERRORS / sizeof *ERRORS; i++) {
        if (strcmp(fault, ERRORS[i].name)) continue;
        int full = !strcmp(fault, "FULL") && strchr(flags, 'R') != NULL;
        if (number == point || full) {
            errno = ERRORS[i].number;
            return FAIL;
        }
    }
    return GO;
}

void torture_arm(const char *where, long at, const char *what, const char *file) {
    char copy[ROOTS * PATH_MAX], *state = NULL;
    snprintf(copy, sizeof copy, "%s", where);
    root_count = 0;
    for (char *one = strtok_r(copy, ":", &state); one && root_count < ROOTS;
         one = strtok_r(NULL, ":", &state))
        snprintf(roots[root_count++], PATH_MAX, "%s", one);
    snprintf(fault, sizeof fault, "%s", what ? what : "");
    point = at;
    counter = 0;
    if (file && *file) {
        int low = syscall(SYS_openat, AT_FDCWD, file, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
        trace = low < 0 ? -1 : (int)syscall(SYS_fcntl, low, F_DUPFD_CLOEXEC, 1000);
        if (low >= 0) syscall(SYS_close, low);
    }
    armed = getpid();
}

__attribute__((constructor)) static void from_environment(void) {
    const char *where = getenv("TORTURE_ROOTS"), *at = getenv("TORTURE_POINT");
    if (where && *where)
        torture_arm(where, at ? atol(at) : -1, getenv("TORTURE_FAULT"), getenv("TORTURE_TRACE"));
}

#define REAL(name) \
    static __typeof__(&name) real; \
    if (!real) real = (__typeof__(&name))dlsym(RTLD_NEXT, #name)
#define PASS(type, name, flags, path, call) \
    REAL(name); \
    int fate = meet(#name, flags, path); \
    if (fate == FAIL) return (type)-1; \
    type result = (type)(call); \
    if (fate == LAST) die(); \
    return result
/* A call on one path, on a path below a folder, or on a descriptor. */
#define ON_PATH(type, name, flags, params, call) \
    type name params { char s[LONGEST]; PASS(type, name, flags, place(AT_FDCWD, path, s), real call); }
#define ON_AT(type, name, flags, params, call) \
    type name params { char s[LONGEST]; PASS(type, name, flags, place(dir, path, s), real call); }
#define ON_FD(type, name, flags, params, call) \
    type name params { PASS(type, name, flags, of(fd), real call); }
/* One that has two paths: either below the roots counts. */
#define ON_TWO(name, flags, params, call, one, two) \
    int name params { \
        char s[LONGEST], t[LONGEST], both[2 * LONGEST + 8]; \
        const char *a = place one, *b = place two; \
        snprintf(both, sizeof both, "%s -> %s", a ? a : "elsewhere", b ? b : "elsewhere"); \
        PASS(int, name, flags, a || b ? both : NULL, real call); \
    }

#define AT AT_FDCWD
ON_PATH(int, mkdir, "EARW", (const char *path, mode_t m), (path, m))
ON_AT(int, mkdirat, "EARW", (int dir, const char *path, mode_t m), (dir, path, m))
ON_PATH(int, rmdir, "EAW", (const char *path), (path))
ON_PATH(int, unlink, "EAW", (const char *path), (path))
ON_AT(int, unlinkat, "EAW", (int dir, const char *path, int f), (dir, path, f))
ON_PATH(int, chmod, "EAW", (const char *path, mode_t m), (path, m))
ON_AT(int, fchmodat, "EAW", (int dir, const char *path, mode_t m, int f), (dir, path, m, f))
ON_FD(int, fchmod, "EW", (int fd, mode_t m), (fd, m))
ON_PATH(int, chown, "EAW", (const char *path, uid_t u, gid_t g), (path, u, g))
ON_PATH(int, lchown, "EAW", (const char *path, uid_t u, gid_t g), (path, u, g))
ON_AT(int, fchownat, "EAW", (int dir, const char *path, uid_t u, gid_t g, int f), (dir, path, u, g, f))
ON_FD(int, fchown, "EW", (int fd, uid_t u, gid_t g), (fd, u, g))
ON_AT(int, utimensat, "EAW", (int dir, const char *path, const struct timespec t[2], int f), (dir, path, t, f))
ON_FD(int, futimens, "EW", (int fd, const struct timespec t[2]), (fd, t))
ON_PATH(int, access, "EA", (const char *path, int m), (path, m))
ON_AT(int, faccessat, "EA", (int dir, const char *path, int m, int f), (dir, path, m, f))
ON_PATH(ssize_t, readlink, "EA", (const char *path, char *b, size_t n), (path, b, n))
ON_AT(ssize_t, readlinkat, "EA", (int dir, const char *path, char *b, size_t n), (dir, path, b, n))
ON_PATH(int, stat64, "EA", (const char *path, struct stat64 *b), (path, b))
ON_PATH(int, lstat64, "EA", (const char *path, struct stat64 *b), (path, b))
ON_AT(int, fstatat64, "EA", (int dir, const char *path, struct stat64 *b, int f), (dir, path, b, f))
ON_FD(int, fstat64, "E", (int fd, struct stat64 *b), (fd, b))
ON_PATH(int, stat, "EA", (const char *path, struct stat *b), (path, b))
ON_PATH(int, lstat, "EA", (const char *path, struct stat *b), (path, b))
ON_AT(int, fstatat, "EA", (int dir, const char *path, struct stat *b, int f), (dir, path, b, f))
ON_FD(int, fstat, "E", (int fd, struct stat *b), (fd, b))
ON_AT(int, statx, "EA", (int dir, const char *path, int f, unsigned m, struct statx *b), (dir, path, f, m, b))
ON_FD(ssize_t, read, "EI", (int fd, void *b, size_t n), (fd, b, n))
ON_FD(ssize_t, pread64, "EI", (int fd, void *b, size_t n, off64_t o), (fd, b, n, o))
ON_FD(ssize_t, write, "ERI", (int fd, const void *b, size_t n), (fd, b, n))
ON_FD(ssize_t, pwrite64, "ERI", (int fd, const void *b, size_t n, off64_t o), (fd, b, n, o))
ON_FD(int, fsync, "ERI", (int fd), (fd))
ON_FD(int, fdatasync, "ERI", (int fd), (fd))
ON_FD(int, ftruncate64, "ERWI", (int fd, off64_t n), (fd, n))
ON_FD(int, flock, "EI", (int fd, int o), (fd, o))
ON_FD(int, lockf64, "EI", (int fd, int c, off64_t n), (fd, c, n))
ON_FD(ssize_t, sendfile64, "ERI", (int to, int fd, off64_t *o, size_t n), (to, fd, o, n))
ON_PATH(ssize_t, listxattr, "EA", (const char *path, char *b, size_t n), (path, b, n))
ON_PATH(ssize_t, llistxattr, "EA", (const char *path, char *b, size_t n), (path, b, n))
ON_PATH(ssize_t, getxattr, "EA", (const char *path, const char *k, void *b, size_t n), (path, k, b, n))
ON_PATH(ssize_t, lgetxattr, "EA", (const char *path, const char *k, void *b, size_t n), (path, k, b, n))
ON_FD(int, fsetxattr, "ERW", (int fd, const char *k, const void *b, size_t n, int f), (fd, k, b, n, f))
ON_PATH(int, statvfs64, "EA", (const char *path, struct statvfs64 *b), (path, b))
ON_PATH(int, truncate64, "EARW", (const char *path, off64_t n), (path, n))
ON_PATH(int, lsetxattr, "EARW", (const char *path, const char *k, const void *b, size_t n, int f), (path, k, b, n, f))
ON_FD(ssize_t, flistxattr, "E", (int fd, char *b, size_t n), (fd, b, n))
ON_FD(ssize_t, fgetxattr, "E", (int fd, const char *k, void *b, size_t n), (fd, k, b, n))
ON_TWO(rename, "EARWX", (const char *x, const char *y), (x, y), (AT, x, s), (AT, y, t))
ON_TWO(renameat, "EARWX", (int d, const char *x, int e, const char *y), (d, x, e, y), (d, x, s), (e, y, t))
ON_TWO(link, "EARWX", (const char *x, const char *y), (x, y), (AT, x, s), (AT, y, t))
ON_TWO(linkat, "EARWX", (int d, const char *x, int e, const char *y, int f), (d, x, e, y, f), (d, x, s), (e, y, t))
ON_PATH(int, symlink, "EARW", (const char *to, const char *path), (to, path))
ON_AT(int, symlinkat, "EARW", (const char *to, int dir, const char *path), (to, dir, path))

static const char *open_flags(int flags) {
    if (flags & O_CREAT) return "EARWI";
    return flags & (O_WRONLY | O_RDWR) ? "EAWI" : "EAI";
}

#define MODE va_list more; va_start(more, flags); mode_t m = flags & O_CREAT ? va_arg(more, mode_t) : 0; va_end(more)
#define OPENED(name, folder, call) \
    REAL(name); \
    char s[LONGEST]; \
    const char *where = place(folder, path, s); \
    int fate = meet(flags & O_CREAT ? #name "+creat" : #name, open_flags(flags), where); \
    if (fate == FAIL) return -1; \
    int fd = real call; \
    if (fate == LAST) die(); \
    if (armed) track(fd, where); \
    return fd
int open64(const char *path, int flags, ...) { MODE; OPENED(open64, AT, (path, flags, m)); }
int open(const char *path, int flags, ...) { MODE; OPENED(open, AT, (path, flags, m)); }
int openat64(int dir, const char *path, int flags, ...) { MODE; OPENED(openat64, dir, (dir, path, flags, m)); }
int openat(int dir, const char *path, int flags, ...) { MODE; OPENED(openat, dir, (dir, path, flags, m)); }

/* The descriptor is gone, whatever close(2) says. */
int close(int fd) {
    REAL(close);
    const char *path = of(fd);
    int fate = meet("close", "E", path), kept = errno;
    if (path) track(fd, NULL);
    int result = real(fd);
    if (fate == LAST) die();
    if (fate == FAIL) { errno = kept; return -1; }
    return result;
}

int dup(int fd) { REAL(dup); int copy = real(fd); if (armed) track(copy, of(fd)); return copy; }
int dup2(int fd, int to) { REAL(dup2); int copy = real(fd, to); if (armed) track(copy, of(fd)); return copy; }

/* Locks count; a copy of a descriptor is followed. */
int fcntl64(int fd, int command, ...) {
    REAL(fcntl64);
    va_list more;
    va_start(more, command);
    void *argument = va_arg(more, void *);
    va_end(more);
    int lock = command == F_SETLK || command == F_SETLKW;
    int fate = meet("fcntl64", "EI", lock ? of(fd) : NULL);
    if (fate == FAIL) return -1;
    int result = real(fd, command, argument);
    if (fate == LAST) die();
    if (armed && (command == F_DUPFD || command == F_DUPFD_CLOEXEC)) track(result, of(fd));
    return result;
}

DIR *opendir(const char *path) {
    REAL(opendir);
    char s[LONGEST];
    const char *where = place(AT, path, s);
    int fate = meet("opendir", "EAI", where);
    if (fate == FAIL) return NULL;
    DIR *folder = real(path);
    if (fate == LAST) die();
    if (folder && armed) track(dirfd(folder), where);
    return folder;
}

struct dirent64 *readdir64(DIR *folder) {
    REAL(readdir64);
    int fate = meet("readdir64", "E", of(dirfd(folder)));
    if (fate == FAIL) return NULL;
    struct dirent64 *entry = real(folder);
    if (fate == LAST) die();
    return entry;
}

int closedir(DIR *folder) {
    REAL(closedir);
    if (armed) track(dirfd(folder), NULL);
    return real(folder);
}
