/* What the load programs share: time, sockets, percentiles. */
#ifndef LOAD_H
#define LOAD_H

#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define BUFFER (1 << 17) /* 128 KB: with 1 MB Linux is only half as fast over veth, where it then drops more */
#define ROOM (1 << 22)   /* asked for as room for datagrams */
#define CONGESTION "FOXPY_BENCH_CONGESTION" /* in the environment: see foxpy/bench/congestion.py */
#define PATIENCE 20      /* seconds that a call may take until the other end is held to be dead */

double now(void);              /* monotonic, in seconds */
void die(const char *what);    /* errno's reason, exit status 1 */
void fail(const char *what);   /* a reason of our own, exit status 1 */
void alike(int wire);                                             /* TCP_NODELAY, and the congestion control of all */
int stream(const char *host, int port);                           /* connected, and alike */
int datagrams(const char *kind, const char *host, int number);    /* connected; "udp" and a port, "ip" and a protocol */
int skipped(const char *kind, const unsigned char *packet);       /* bytes before the payload of what was received */
void put(int wire, const void *data, size_t size);                /* all of it */
void take(int wire, void *data, size_t size);                     /* exactly so much */

typedef struct {
    double *all;
    size_t count, room;
} Times;

void note(Times *times, double took);
void tell(Times *times, long lost);    /* prints p50, p99 and the count as JSON */

/* The commands. Each takes its arguments from argv[0] on. */
int into(char **argv), out_of(char **argv), echo(char **argv), bounce(char **argv), flight(char **argv);
int confirmed(char **argv), ping(char **argv), calls(char **argv), serve(char **argv);
int tap(char **argv), xsk(char **argv);

#endif
