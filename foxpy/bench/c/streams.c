/* TCP: bulk both ways, echo, and short connections. */
#include "load.h"

static void ask(int wire, uint64_t size)
{
    unsigned char count[8];
    for (int i = 0; i < 8; i++)
        count[i] = size >> (56 - 8 * i);
    put(wire, count, sizeof count);
}

static char *pattern(void)
{
    char *data = malloc(BUFFER);
    if (!data)
        fail("out of memory");
    for (int i = 0; i < BUFFER; i++)
        data[i] = (char)(i * 2654435761u >> 24);
    return data;
}

static void end(int wire, char *buffer)
{
    shutdown(wire, SHUT_WR);
    while (recv(wire, buffer, BUFFER, 0) > 0) /* until the peer is done too: it may be stopped after this */
        ;
    close(wire);
}

int into(char **argv)
{
    uint64_t size = strtoull(argv[2], NULL, 10), left = size;
    char *data = pattern();
    unsigned char answer[8];
    int wire = stream(argv[0], atoi(argv[1]));
    double began = now();
    ask(wire, size);
    while (left) {
        size_t part = left < BUFFER ? left : BUFFER;
        put(wire, data, part);
        left -= part;
    }
    take(wire, answer, sizeof answer);
    printf("{\"seconds\": %.9g}\n", now() - began);
    for (int i = 0; i < 8; i++)
        left = left << 8 | answer[i];
    if (left != size)
        fail("the peer counted other bytes than it was sent");
    end(wire, data);
    return 0;
}

int out_of(char **argv)
{
    uint64_t left = strtoull(argv[2], NULL, 10);
    char *data = pattern();
    int wire = stream(argv[0], atoi(argv[1]));
    double began = now();
    ask(wire, left);
    while (left) {
        ssize_t got = recv(wire, data, left < BUFFER ? left : BUFFER, 0);
        if (got < 0)
            die("recv");
        if (got == 0)
            fail("the peer closed too early");
        left -= got;
    }
    printf("{\"seconds\": %.9g}\n", now() - began);
    end(wire, data);
    return 0;
}

int echo(char **argv)
{
    size_t size = atoi(argv[2]);
    char *data = pattern(), *back = malloc(BUFFER);
    int wire = stream(argv[0], atoi(argv[1]));
    double until = now() + atof(argv[3]), before;
    Times times = {0};
    do {
        before = now();
        put(wire, data, size);
        take(wire, back, size);
        note(&times, now() - before);
        if (memcmp(data, back, size))
            fail("the peer echoed other bytes than it was sent");
    } while (before < until);
    tell(&times, 0);
    end(wire, back);
    return 0;
}

/* Open, one byte each way, close. From several addresses in turn, so that TIME-WAIT does not use up the ports. */
int calls(char **argv)
{
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(atoi(argv[1]))};
    struct sockaddr_in from[64];
    int sources = 0, one = 1;
    if (inet_pton(AF_INET, argv[0], &to.sin_addr) != 1)
        fail("not an IPv4 address");
    for (char *each = strtok(argv[3], ","); each && sources < 64; each = strtok(NULL, ",")) {
        memset(&from[sources], 0, sizeof from[sources]);
        from[sources].sin_family = AF_INET;
        if (inet_pton(AF_INET, each, &from[sources++].sin_addr) != 1)
            fail("not an IPv4 address");
    }
    double began = now(), until = began + atof(argv[2]), before;
    struct timeval patience = {.tv_sec = PATIENCE};
    Times times = {0};
    do {
        char byte = 'x';
        int wire = socket(AF_INET, SOCK_STREAM, 0);
        if (wire < 0)
            die("socket");
        setsockopt(wire, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
        alike(wire);
        setsockopt(wire, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &one, sizeof one);
        if (bind(wire, (struct sockaddr *)&from[times.count % sources], sizeof *from) < 0)
            die("bind");
        before = now();
        if (connect(wire, (struct sockaddr *)&to, sizeof to) < 0)
            die("connect");
        put(wire, &byte, 1);
        take(wire, &byte, 1);
        close(wire);
        note(&times, now() - before);
    } while (before < until);
    printf("{\"rate\": %.9g, \"count\": %zu}\n", times.count / (now() - began), times.count);
    return 0;
}
