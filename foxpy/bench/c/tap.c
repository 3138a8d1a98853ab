/* A host without a stack on a tap: the least that any process behind one takes for an echo. It answers ARP, UDP and TCP
 * in the buffer that they came in, and remembers nothing. */
#include "load.h"

#include <fcntl.h>
#include <linux/if_tun.h>
#include <net/if.h>
#include <poll.h>
#include <sched.h>
#include <sys/ioctl.h>

#define LOOKS 8 /* in vain, before it sleeps: as foxpy does (Runtime.attend) */
#define ETHERNET 14
#define FIN 1
#define SYN 2
#define RST 4
#define PSH 8
#define ACK 16

static unsigned get16(const unsigned char *at)
{
    return at[0] << 8 | at[1];
}

static void put16(unsigned char *at, unsigned value)
{
    at[0] = value >> 8, at[1] = value;
}

static uint32_t get32(const unsigned char *at)
{
    return (uint32_t)get16(at) << 16 | get16(at + 2);
}

static void put32(unsigned char *at, uint32_t value)
{
    put16(at, value >> 16), put16(at + 2, value);
}

static void swap(unsigned char *one, unsigned char *other, size_t size)
{
    unsigned char kept[8];
    memcpy(kept, one, size), memcpy(one, other, size), memcpy(other, kept, size);
}

/* RFC 1071, complemented. */
static unsigned checksum(const unsigned char *at, size_t size, uint32_t sum)
{
    for (; size > 1; at += 2, size -= 2)
        sum += get16(at);
    if (size)
        sum += at[0] << 8;
    while (sum >> 16)
        sum = (sum & 0xFFFF) + (sum >> 16);
    return ~sum & 0xFFFF;
}

static size_t arp(unsigned char *packet, const unsigned char *own)
{
    static const unsigned char mac[6] = {2, 0, 0, 0, 0, 2};
    if (get16(packet + 6) != 1 || memcmp(packet + 24, own, 4))
        return 0;
    put16(packet + 6, 2);
    swap(packet + 14, packet + 24, 4);
    memcpy(packet + 18, packet + 8, 6);
    memcpy(packet + 8, mac, 6);
    return 28;
}

/* What answers the segment of size bytes, in place: its size; 0 for nothing. */
static size_t tcp(unsigned char *segment, size_t size)
{
    size_t header = segment[12] >> 4 << 2;
    unsigned flags = segment[13];
    if (header < 20 || header > size || flags & RST)
        return 0;
    size_t length = size - header, answer = 20;
    uint32_t seq = get32(segment + 4), ack = get32(segment + 8);
    if (!(flags & (SYN | FIN)) && !length)
        return 0;
    put32(segment + 8, seq + length + (flags & (SYN | FIN) ? 1 : 0));
    if (flags & SYN) {
        static const unsigned char mss[4] = {2, 4, 1460 >> 8, 1460 & 0xFF};
        memcpy(segment + 20, mss, sizeof mss);
        answer = 24;
        ack = seq ^ 0x5555;
        length = 0;
    }
    memmove(segment + answer, segment + header, length);
    put32(segment + 4, ack);
    swap(segment, segment + 2, 2);
    segment[12] = answer << 2;
    segment[13] = (flags & (SYN | FIN)) | ACK | (length ? PSH : 0);
    put16(segment + 14, 0xFFFF);
    put32(segment + 16, 0);
    return answer + length;
}

static size_t ipv4(unsigned char *packet, size_t size, const unsigned char *own)
{
    size_t header = (packet[0] & 15) << 2, whole = get16(packet + 2);
    unsigned char *data = packet + header;
    if (header < 20 || whole > size || header + 8 > whole || memcmp(packet + 16, own, 4))
        return 0;
    swap(packet + 12, packet + 16, 4);
    if (packet[9] == IPPROTO_UDP) {
        swap(data, data + 2, 2); /* neither this nor the addresses changes a sum */
        return whole;
    }
    if (packet[9] != IPPROTO_TCP || header + 20 > whole)
        return 0;
    size_t answer = tcp(data, whole - header);
    if (!answer)
        return 0;
    uint32_t pseudo = get16(packet + 12) + get16(packet + 14) + get16(packet + 16) + get16(packet + 18);
    put16(data + 16, checksum(data, answer, pseudo + IPPROTO_TCP + answer));
    put16(packet + 2, header + answer);
    put16(packet + 10, 0);
    put16(packet + 10, checksum(packet, header, 0));
    return header + answer;
}

static size_t answered(unsigned char *frame, size_t size, const unsigned char *own)
{
    size_t answer = 0;
    if (size >= ETHERNET + 28 && get16(frame + 12) == 0x0806)
        answer = arp(frame + ETHERNET, own);
    else if (size >= ETHERNET + 28 && get16(frame + 12) == 0x0800)
        answer = ipv4(frame + ETHERNET, size - ETHERNET, own);
    if (!answer)
        return 0;
    memcpy(frame, frame + 6, 6);
    memcpy(frame + 6, "\2\0\0\0\0\2", 6);
    return ETHERNET + answer;
}

int tap(char **argv)
{
    unsigned char own[4], frame[2048];
    struct ifreq wanted = {.ifr_flags = IFF_TAP | IFF_NO_PI};
    int device = open("/dev/net/tun", O_RDWR | O_NONBLOCK), looks = 0;
    if (device < 0)
        die("/dev/net/tun");
    strncpy(wanted.ifr_name, argv[0], IFNAMSIZ - 1);
    if (ioctl(device, TUNSETIFF, &wanted) < 0)
        die(argv[0]);
    if (inet_pton(AF_INET, argv[1], own) != 1)
        fail("not an IPv4 address");
    fprintf(stderr, "ready\n");
    for (;;) {
        ssize_t size = read(device, frame, sizeof frame);
        if (size < 0 && errno == EAGAIN) {
            struct pollfd one = {.fd = device, .events = POLLIN};
            if (++looks < LOOKS)
                sched_yield();
            else
                poll(&one, 1, -1), looks = 0;
            continue;
        }
        if (size < 0)
            die("read");
        looks = 0;
        size_t answer = answered(frame, size, own);
        if (answer && write(device, frame, answer) < 0)
            die("write");
    }
}
