/* The other end of foxpy's benchmarks: client and server on Linux's own sockets, and an AF_XDP loop, so that Python is
 * not what is measured there. Prints one line of JSON. */
#include "load.h"

double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec + t.tv_nsec * 1e-9;
}

void die(const char *what)
{
    fprintf(stderr, "%s: %s\n", what, strerror(errno));
    exit(1);
}

void fail(const char *what)
{
    fprintf(stderr, "%s\n", what);
    exit(1);
}

static struct sockaddr_in place(const char *host, int port)
{
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(port)};
    if (inet_pton(AF_INET, host, &to.sin_addr) != 1)
        fail("not an IPv4 address");
    return to;
}

static void impatient(int wire)
{
    struct timeval patience = {.tv_sec = PATIENCE};
    setsockopt(wire, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    setsockopt(wire, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
}

void alike(int wire)
{
    const char *congestion = getenv(CONGESTION);
    int one = 1;
    setsockopt(wire, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    if (congestion && setsockopt(wire, IPPROTO_TCP, TCP_CONGESTION, congestion, strlen(congestion)) < 0)
        die(congestion);
}

int stream(const char *host, int port)
{
    struct sockaddr_in to = place(host, port);
    int wire = socket(AF_INET, SOCK_STREAM, 0);
    if (wire < 0)
        die("socket");
    impatient(wire);
    alike(wire);
    if (connect(wire, (struct sockaddr *)&to, sizeof to) < 0)
        die("connect");
    return wire;
}

int datagrams(const char *kind, const char *host, int number)
{
    int udp = strcmp(kind, "udp") == 0, room = ROOM;
    struct sockaddr_in to = place(host, udp ? number : 0);
    int wire = udp ? socket(AF_INET, SOCK_DGRAM, 0) : socket(AF_INET, SOCK_RAW, number);
    if (wire < 0)
        die("socket");
    impatient(wire);
    setsockopt(wire, SOL_SOCKET, SO_RCVBUF, &room, sizeof room);
    setsockopt(wire, SOL_SOCKET, SO_SNDBUF, &room, sizeof room);
    if (connect(wire, (struct sockaddr *)&to, sizeof to) < 0)
        die("connect");
    return wire;
}

int skipped(const char *kind, const unsigned char *packet)
{
    return strcmp(kind, "udp") == 0 ? 0 : (packet[0] & 15) * 4; /* a raw socket gives the IP header too */
}

void put(int wire, const void *data, size_t size)
{
    const char *at = data;
    while (size) {
        ssize_t sent = send(wire, at, size, MSG_NOSIGNAL);
        if (sent < 0)
            die("send");
        at += sent, size -= sent;
    }
}

void take(int wire, void *data, size_t size)
{
    char *at = data;
    while (size) {
        ssize_t got = recv(wire, at, size, 0);
        if (got < 0)
            die("recv");
        if (got == 0)
            fail("the peer closed too early");
        at += got, size -= got;
    }
}

void note(Times *times, double took)
{
    if (times->count == times->room) {
        times->room = times->room ? times->room * 2 : 4096;
        times->all = realloc(times->all, times->room * sizeof *times->all);
        if (!times->all)
            fail("out of memory");
    }
    times->all[times->count++] = took;
}

static int order(const void *one, const void *other)
{
    double a = *(const double *)one, b = *(const double *)other;
    return (a > b) - (a < b);
}

void tell(Times *times, long lost)
{
    if (!times->count)
        fail("nothing came back");
    qsort(times->all, times->count, sizeof *times->all, order);
    printf("{\"p50\": %.9g, \"p99\": %.9g, \"count\": %zu, \"lost\": %ld}\n", times->all[times->count / 2],
           times->all[(size_t)(times->count * 0.99)], times->count, lost);
}

int main(int argc, char **argv)
{
    static const struct {
        const char *name;
        int arguments;
        int (*run)(char **);
    } commands[] = {
        {"into", 3, into},           /* HOST PORT BYTES */
        {"out-of", 3, out_of},       /* HOST PORT BYTES */
        {"echo", 4, echo},           /* HOST PORT SIZE SECONDS */
        {"bounce", 5, bounce},       /* udp|ip HOST NUMBER SIZE SECONDS */
        {"flight", 5, flight},       /* HOST PORT SIZE SECONDS OUTSTANDING */
        {"confirmed", 6, confirmed}, /* udp|ip HOST NUMBER SIZE BYTES SECONDS */
        {"ping", 3, ping},           /* HOST SIZE SECONDS */
        {"calls", 4, calls},         /* HOST PORT SECONDS SOURCE,... */
        {"serve", 1, serve},         /* ADDRESS */
        {"tap", 2, tap},             /* INTERFACE ADDRESS */
        {"xsk", 4, xsk},             /* INTERFACE receive|drain|transmit|reflect BATCH SECONDS */
    };
    for (size_t i = 0; i < sizeof commands / sizeof *commands; i++)
        if (argc == commands[i].arguments + 2 && strcmp(argv[1], commands[i].name) == 0)
            return commands[i].run(argv + 2);
    fprintf(stderr, "no such command, or another number of arguments\n");
    return 2;
}
