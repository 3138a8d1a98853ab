/* UDP, and IP itself as a transport: one at a time, many under way, and confirmed by the receiver every so many bytes. */
#include "load.h"

#include <netinet/ip_icmp.h>

#define LARGEST 65536
#define MANY 64

static int lost(void)
{
    if (errno != EAGAIN && errno != EINTR)
        die("recv");
    return 1;
}

static void patience(int wire, long microseconds)
{
    struct timeval most = {.tv_sec = microseconds / 1000000, .tv_usec = microseconds % 1000000};
    setsockopt(wire, SOL_SOCKET, SO_RCVTIMEO, &most, sizeof most);
}

/* Sends one and waits for it, for as long as asked. */
int bounce(char **argv)
{
    const char *kind = argv[0];
    int wire = datagrams(kind, argv[1], atoi(argv[2]));
    int size = atoi(argv[3]);
    double until = now() + atof(argv[4]), before;
    unsigned char data[LARGEST] = {0}, back[LARGEST];
    long missing = 0;
    uint32_t number = 0;
    Times times = {0};
    patience(wire, 500000);
    do {
        ssize_t got;
        int skip = 0;
        number++;
        memcpy(data, &number, size < 4 ? size : 4);
        before = now();
        if (send(wire, data, size, 0) < 0)
            die("send");
        do { /* what comes late is the answer to another one */
            got = recv(wire, back, sizeof back, 0);
            skip = got < 0 ? 0 : skipped(kind, back);
        } while (got >= 0 && (got - skip < size || memcmp(back + skip, data, size)));
        if (got < 0)
            missing += lost();
        else
            note(&times, now() - before);
    } while (before < until);
    tell(&times, missing);
    return 0;
}

/* Keeps so many under way. Calls for many at a time, so that the other end is what is measured. */
int flight(char **argv)
{
    int wire = datagrams("udp", argv[0], atoi(argv[1])), outstanding = atoi(argv[4]);
    size_t size = atoi(argv[2]);
    static unsigned char sent[MANY][2048], got[MANY][2048];
    struct mmsghdr out[MANY] = {0}, in[MANY] = {0};
    struct iovec to[MANY], from[MANY];
    long answered = 0, missing = 0;
    if (outstanding < 1 || outstanding > MANY || size > 2048)
        fail("at most 64 outstanding, of at most 2048 bytes");
    for (int i = 0; i < MANY; i++) {
        to[i] = (struct iovec){sent[i], size}, from[i] = (struct iovec){got[i], sizeof got[i]};
        out[i].msg_hdr = (struct msghdr){.msg_iov = &to[i], .msg_iovlen = 1};
        in[i].msg_hdr = (struct msghdr){.msg_iov = &from[i], .msg_iovlen = 1};
    }
    patience(wire, 200000);
    double began = now(), until = began + atof(argv[3]);
    if (sendmmsg(wire, out, outstanding, 0) < 0)
        die("sendmmsg");
    while (now() < until) {
        int count = recvmmsg(wire, in, outstanding, MSG_WAITFORONE, NULL);
        if (count < 0) {
            lost();
            missing += outstanding;
            count = outstanding;
        } else
            answered += count;
        if (sendmmsg(wire, out, count, 0) < 0)
            die("sendmmsg");
    }
    printf("{\"rate\": %.9g, \"count\": %ld, \"lost\": %ld}\n", answered / (now() - began), answered, missing);
    if (!answered)
        fail("nothing came back");
    return 0;
}

/* Sends so many bytes in packets of one size, waits for the receiver's word that they are there, and so on. */
int confirmed(char **argv)
{
    const char *kind = argv[0];
    int wire = datagrams(kind, argv[1], atoi(argv[2]));
    int size = atoi(argv[3]), portion = atoi(argv[4]);
    int packets = (portion + size - 1) / size;
    double seconds = atof(argv[5]), began = now(), until = began + seconds;
    unsigned char data[LARGEST] = {0}, back[LARGEST];
    long portions = 0, missing = 0;
    uint32_t number = 0;
    patience(wire, 500000);
    do {
        ssize_t got;
        int skip;
        number++;
        memcpy(data, &number, 4); /* of the portion; the confirmation repeats it */
        data[4] = packets;
        for (int i = 0; i < packets; i++)
            if (send(wire, data, size, 0) < 0)
                die("send");
        do {
            got = recv(wire, back, sizeof back, 0);
            skip = got < 0 ? 0 : skipped(kind, back);
        } while (got >= 0 && (got - skip < 4 || memcmp(back + skip, &number, 4)));
        if (got < 0)
            missing += lost();
        else
            portions++;
    } while (now() < until);
    printf("{\"rate\": %.9g, \"count\": %ld, \"lost\": %ld}\n", (double)portions * packets * size / (now() - began),
           portions, missing);
    if (!portions)
        fail("nothing was confirmed");
    return 0;
}

static uint16_t sum(const unsigned char *data, size_t size)
{
    uint32_t total = 0;
    for (size_t i = 0; i + 1 < size; i += 2)
        total += data[i] << 8 | data[i + 1];
    if (size & 1)
        total += data[size - 1] << 8;
    while (total >> 16)
        total = (total & 0xffff) + (total >> 16);
    return ~total;
}

/* ICMP echo requests (RFC 792), one under way at a time. */
int ping(char **argv)
{
    int size = atoi(argv[1]), wire = datagrams("ip", argv[0], IPPROTO_ICMP), identifier = getpid() & 0xffff;
    double until = now() + atof(argv[2]), before;
    static unsigned char data[LARGEST], back[LARGEST];
    long missing = 0;
    Times times = {0};
    if (size < 0 || size > 65507)
        fail("an echo request carries 0 to 65507 bytes");
    patience(wire, 500000);
    for (int i = 0; i < size; i++)
        data[8 + i] = i;
    uint16_t number = 0;
    do {
        ssize_t got;
        int skip = 0;
        number++;
        data[0] = ICMP_ECHO, data[1] = data[2] = data[3] = 0;
        data[4] = identifier >> 8, data[5] = identifier, data[6] = number >> 8, data[7] = number;
        uint16_t check = sum(data, size + 8);
        data[2] = check >> 8, data[3] = check;
        before = now();
        if (send(wire, data, size + 8, 0) < 0)
            die("send");
        do {
            got = recv(wire, back, sizeof back, 0);
            skip = got < 0 ? 0 : skipped("ip", back);
        } while (got >= 0 && (got - skip != size + 8 || back[skip] != ICMP_ECHOREPLY || memcmp(back + skip + 4, data + 4, 4)));
        if (got < 0)
            missing += lost();
        else {
            note(&times, now() - before);
            if (memcmp(back + skip + 8, data + 8, size))
                fail("the reply carries other bytes than the request");
        }
    } while (before < until);
    tell(&times, missing);
    return 0;
}
