/* Linux's services, in the calls that take the least: see foxpy/bench/services.py for what they are. */
#include "load.h"

#define LARGEST 65536
#define MANY 64

typedef struct {
    int wire;
    void (*talk)(int);
} Work;

static int whole(int wire, void *data, size_t size)
{
    char *at = data;
    while (size) {
        ssize_t got = recv(wire, at, size, 0);
        if (got <= 0)
            return 0;
        at += got, size -= got;
    }
    return 1;
}

static int all(int wire, const char *data, size_t size)
{
    while (size) {
        ssize_t sent = send(wire, data, size, MSG_NOSIGNAL);
        if (sent <= 0)
            return 0;
        data += sent, size -= sent;
    }
    return 1;
}

static uint64_t counted(const unsigned char *count)
{
    uint64_t size = 0;
    for (int i = 0; i < 8; i++)
        size = size << 8 | count[i];
    return size;
}

static void echoing(int wire)
{
    char data[LARGEST];
    ssize_t got;
    while ((got = recv(wire, data, sizeof data, 0)) > 0 && all(wire, data, got))
        ;
}

static void sinking(int wire)
{
    unsigned char count[8];
    char *data = malloc(BUFFER);
    if (data && whole(wire, count, 8)) {
        uint64_t left = counted(count);
        while (left) {
            ssize_t got = recv(wire, data, left < BUFFER ? left : BUFFER, 0);
            if (got <= 0)
                break;
            left -= got;
        }
        if (!left)
            all(wire, (char *)count, 8);
    }
    free(data);
}

static void sourcing(int wire)
{
    unsigned char count[8];
    char *data = calloc(1, BUFFER);
    if (data && whole(wire, count, 8))
        for (uint64_t left = counted(count); left;) {
            size_t part = left < BUFFER ? left : BUFFER;
            if (!all(wire, data, part))
                break;
            left -= part;
        }
    free(data);
}

static void *talking(void *given)
{
    Work work = *(Work *)given;
    free(given);
    work.talk(work.wire);
    shutdown(work.wire, SHUT_WR);
    char rest[512];
    while (recv(work.wire, rest, sizeof rest, 0) > 0) /* closing over unread bytes would reset the connection */
        ;
    close(work.wire);
    return NULL;
}

static void apart(void *(*run)(void *), int wire, void (*talk)(int))
{
    pthread_t thread;
    Work *work = malloc(sizeof *work);
    *work = (Work){wire, talk};
    if (pthread_create(&thread, NULL, run, work))
        fail("no thread");
    pthread_detach(thread);
}

static void *accepting(void *given)
{
    Work work = *(Work *)given;
    free(given);
    for (;;) {
        int wire = accept(work.wire, NULL, NULL);
        if (wire < 0)
            continue;
        alike(wire);
        apart(talking, wire, work.talk);
    }
    return NULL;
}

/* One connection after the other, in one thread: short ones need no more. */
static void *one_by_one(void *given)
{
    Work work = *(Work *)given;
    free(given);
    for (;;) {
        int wire = accept(work.wire, NULL, NULL);
        if (wire < 0)
            continue;
        alike(wire);
        work.talk(wire);
        close(wire);
    }
    return NULL;
}

static void *udp_echo(void *given)
{
    int wire = ((Work *)given)->wire;
    unsigned char data[LARGEST];
    struct sockaddr_in from;
    free(given);
    for (;;) {
        socklen_t size = sizeof from;
        ssize_t got = recvfrom(wire, data, sizeof data, 0, (struct sockaddr *)&from, &size);
        if (got >= 0)
            sendto(wire, data, got, 0, (struct sockaddr *)&from, size);
    }
    return NULL;
}

static void *udp_echo_many(void *given)
{
    int wire = ((Work *)given)->wire;
    static unsigned char data[MANY][2048];
    static struct mmsghdr all[MANY];
    struct iovec parts[MANY];
    struct sockaddr_in from[MANY];
    free(given);
    for (;;) {
        for (int i = 0; i < MANY; i++) {
            parts[i] = (struct iovec){data[i], sizeof data[i]};
            all[i].msg_hdr = (struct msghdr){&from[i], sizeof from[i], &parts[i], 1, NULL, 0, 0};
        }
        int got = recvmmsg(wire, all, MANY, MSG_WAITFORONE, NULL);
        for (int i = 0; i < got; i++)
            parts[i].iov_len = all[i].msg_len;
        if (got > 0)
            sendmmsg(wire, all, got, 0);
    }
    return NULL;
}

/* The first packet of a portion says how many it has; the last one that comes is answered with the portion's number. */
static void confirming(int wire, int raw)
{
    unsigned char data[LARGEST];
    struct sockaddr_in from;
    uint32_t portion = 0;
    int seen = 0;
    for (;;) {
        socklen_t size = sizeof from;
        ssize_t got = recvfrom(wire, data, sizeof data, 0, (struct sockaddr *)&from, &size);
        if (got < 0)
            continue;
        unsigned char *payload = data + (raw ? (data[0] & 15) * 4 : 0);
        if (payload + 5 > data + got)
            continue;
        if (memcmp(&portion, payload, 4))
            memcpy(&portion, payload, 4), seen = 0;
        if (++seen == payload[4])
            sendto(wire, payload, 5, 0, (struct sockaddr *)&from, size);
    }
}

static void *udp_confirm(void *given)
{
    confirming(((Work *)given)->wire, 0);
    return NULL;
}

static void *ip_confirm(void *given)
{
    confirming(((Work *)given)->wire, 1);
    return NULL;
}

static void *ip_echo(void *given)
{
    int wire = ((Work *)given)->wire;
    unsigned char data[LARGEST];
    struct sockaddr_in from;
    for (;;) {
        socklen_t size = sizeof from;
        ssize_t got = recvfrom(wire, data, sizeof data, 0, (struct sockaddr *)&from, &size);
        if (got > 0) {
            int skip = (data[0] & 15) * 4;
            sendto(wire, data + skip, got - skip, 0, (struct sockaddr *)&from, size);
        }
    }
    return NULL;
}

int serve(char **argv)
{
    static const struct {
        int type, number;
        void *(*run)(void *);
        void (*talk)(int);
    } services[] = {
        {SOCK_DGRAM, 7, udp_echo, NULL},        {SOCK_DGRAM, 8, udp_echo_many, NULL},
        {SOCK_DGRAM, 9, udp_confirm, NULL},     {SOCK_RAW, 253, ip_echo, NULL},
        {SOCK_RAW, 254, ip_confirm, NULL},      {SOCK_STREAM, 8, one_by_one, echoing},
        {SOCK_STREAM, 9, accepting, sinking},   {SOCK_STREAM, 19, accepting, sourcing},
        {SOCK_STREAM, 7, accepting, echoing}, /* the last: who is echoed knows that all are there */
    };
    for (size_t i = 0; i < sizeof services / sizeof *services; i++) {
        int one = 1, room = ROOM, type = services[i].type, raw = type == SOCK_RAW;
        struct sockaddr_in at = {.sin_family = AF_INET, .sin_port = htons(raw ? 0 : services[i].number)};
        int wire = socket(AF_INET, type, raw ? services[i].number : 0);
        if (wire < 0)
            die("socket");
        if (inet_pton(AF_INET, argv[0], &at.sin_addr) != 1)
            fail("not an IPv4 address");
        setsockopt(wire, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
        if (type != SOCK_STREAM)
            setsockopt(wire, SOL_SOCKET, SO_RCVBUF, &room, sizeof room);
        if (bind(wire, (struct sockaddr *)&at, sizeof at) < 0)
            die("bind");
        if (type == SOCK_STREAM && listen(wire, 512) < 0)
            die("listen");
        apart(services[i].run, wire, services[i].talk);
    }
    fprintf(stderr, "ready\n");
    pause();
    return 0;
}
