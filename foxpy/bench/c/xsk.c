/* The reference for AF_XDP: the same loops as foxpy's, by raw system calls (Linux: Documentation/networking/af_xdp.rst).
 * Rings of 4096, 8192 chunks of 2048 bytes, copy mode, one XDP program that gives all frames to the socket. */
#include "load.h"

#if __has_include(<linux/if_xdp.h>) && __has_include(<linux/bpf.h>)

#include <linux/bpf.h>
#include <linux/if_xdp.h>
#include <net/if.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/syscall.h>

#ifndef AF_XDP
#define AF_XDP 44
#endif
#ifndef SOL_XDP
#define SOL_XDP 283
#endif
#define MAX_TX_BUDGET 9 /* XDP_MAX_TX_SKB_BUDGET, Linux 6.17 */
#define ATTACH_XDP 37   /* BPF_XDP */
#define NATIVE 4        /* XDP_FLAGS_DRV_MODE */

enum { CHUNKS = 8192, CHUNK = 2048, RING = 4096, FRAME = 60, HALF = RING / 2 };

typedef struct {
    uint32_t *producer, *consumer, mask, own;
    void *entries;
} Ring;

static unsigned char *memory;
static Ring fill, completion, rx, tx;
static uint64_t spare[CHUNKS];
static unsigned spares;
static int wire;

static uint32_t load(const uint32_t *index)
{
    return __atomic_load_n(index, __ATOMIC_ACQUIRE);
}

static void store(uint32_t *index, uint32_t value)
{
    __atomic_store_n(index, value, __ATOMIC_RELEASE);
}

static long bpf(int command, union bpf_attr *what)
{
    long answer = syscall(SYS_bpf, command, what, sizeof *what);
    if (answer < 0)
        die("bpf");
    return answer;
}

static void attach(int interface)
{
    union bpf_attr what;
    memset(&what, 0, sizeof what);
    what.map_type = BPF_MAP_TYPE_XSKMAP, what.key_size = 4, what.value_size = 4, what.max_entries = 1;
    int map = bpf(BPF_MAP_CREATE, &what);
    uint32_t queue = 0;
    memset(&what, 0, sizeof what);
    what.map_fd = map, what.key = (uintptr_t)&queue, what.value = (uintptr_t)&wire;
    bpf(BPF_MAP_UPDATE_ELEM, &what);
    struct bpf_insn program[] = {
        {BPF_LDX | BPF_W | BPF_MEM, 2, 1, 16, 0},         /* r2 = the queue's number */
        {BPF_LD | BPF_DW | BPF_IMM, 1, 1, 0, map},        /* r1 = the map */
        {0, 0, 0, 0, 0},
        {BPF_ALU64 | BPF_MOV | BPF_K, 3, 0, 0, XDP_PASS}, /* r3 = what else to do */
        {BPF_JMP | BPF_CALL, 0, 0, 0, BPF_FUNC_redirect_map},
        {BPF_JMP | BPF_EXIT, 0, 0, 0, 0},
    };
    memset(&what, 0, sizeof what);
    what.prog_type = BPF_PROG_TYPE_XDP, what.expected_attach_type = ATTACH_XDP;
    what.insns = (uintptr_t)program, what.insn_cnt = sizeof program / sizeof *program, what.license = (uintptr_t) "GPL";
    int loaded = bpf(BPF_PROG_LOAD, &what);
    memset(&what, 0, sizeof what);
    what.link_create.prog_fd = loaded, what.link_create.target_ifindex = interface;
    what.link_create.attach_type = ATTACH_XDP, what.link_create.flags = NATIVE;
    bpf(BPF_LINK_CREATE, &what); /* it holds until the process ends */
}

static Ring mapped(struct xdp_ring_offset *at, uint64_t page, uint32_t entries, size_t entry)
{
    char *start = mmap(NULL, at->desc + entries * entry, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_POPULATE, wire, page);
    if (start == MAP_FAILED)
        die("mmap");
    return (Ring){(uint32_t *)(start + at->producer), (uint32_t *)(start + at->consumer), entries - 1, 0,
                  start + at->desc};
}

static void option(int name, const void *value, size_t size)
{
    if (setsockopt(wire, SOL_XDP, name, value, size) < 0)
        die("setsockopt");
}

static void give(const uint64_t *chunks, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++)
        ((uint64_t *)fill.entries)[fill.own++ & fill.mask] = chunks[i];
    store(fill.producer, fill.own);
}

static void set_up(const char *interface, int receiving)
{
    int index = if_nametoindex(interface), all = CHUNKS, ring = RING;
    static uint64_t chunks[CHUNKS];
    if (!index)
        die(interface);
    wire = socket(AF_XDP, SOCK_RAW, 0);
    if (wire < 0)
        die("socket");
    memory = mmap(NULL, CHUNKS * CHUNK, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
    if (memory == MAP_FAILED)
        die("mmap");
    struct xdp_umem_reg umem;
    memset(&umem, 0, sizeof umem);
    umem.addr = (uintptr_t)memory, umem.len = CHUNKS * CHUNK, umem.chunk_size = CHUNK;
    option(XDP_UMEM_REG, &umem, sizeof umem);
    option(XDP_UMEM_FILL_RING, &all, sizeof all);
    option(XDP_UMEM_COMPLETION_RING, &all, sizeof all);
    option(XDP_RX_RING, &ring, sizeof ring);
    option(XDP_TX_RING, &ring, sizeof ring);
    setsockopt(wire, SOL_XDP, MAX_TX_BUDGET, &ring, sizeof ring); /* an older kernel sends 32 in a call */
    struct xdp_mmap_offsets at;
    socklen_t size = sizeof at;
    if (getsockopt(wire, SOL_XDP, XDP_MMAP_OFFSETS, &at, &size) < 0)
        die("getsockopt");
    rx = mapped(&at.rx, XDP_PGOFF_RX_RING, RING, sizeof(struct xdp_desc));
    tx = mapped(&at.tx, XDP_PGOFF_TX_RING, RING, sizeof(struct xdp_desc));
    fill = mapped(&at.fr, XDP_UMEM_PGOFF_FILL_RING, CHUNKS, sizeof(uint64_t));
    completion = mapped(&at.cr, XDP_UMEM_PGOFF_COMPLETION_RING, CHUNKS, sizeof(uint64_t));
    for (uint64_t i = 0; i < CHUNKS; i++)
        chunks[i] = i * CHUNK;
    uint32_t first = receiving ? CHUNKS / 2 : 0;
    give(chunks, first);
    for (uint32_t i = first; i < CHUNKS; i++)
        spare[spares++] = chunks[i];
    struct sockaddr_xdp address;
    memset(&address, 0, sizeof address);
    address.sxdp_family = AF_XDP, address.sxdp_ifindex = index, address.sxdp_flags = XDP_COPY | XDP_USE_NEED_WAKEUP;
    double until = now() + 1;
    while (bind(wire, (struct sockaddr *)&address, sizeof address) < 0) { /* a queue is let go of some time after */
        if (errno != EBUSY || now() > until)
            die("bind");
        usleep(2000);
    }
    if (receiving)
        attach(index);
}

static void kick(void)
{
    while (load(tx.consumer) != tx.own) {
        uint32_t before = load(tx.consumer);
        send(wire, NULL, 0, MSG_DONTWAIT);
        if (load(tx.consumer) == before)
            break;
    }
}

static void reap(void)
{
    uint32_t there = load(completion.producer);
    while (completion.own != there)
        spare[spares++] = ((uint64_t *)completion.entries)[completion.own++ & completion.mask];
    store(completion.consumer, completion.own);
}

static unsigned eyes; /* what was looked at, so that looking is not left out */

/* Takes at most limit frames, looks at one byte of each, and gives their chunks back. */
static uint32_t receive(uint32_t limit)
{
    uint64_t lent[RING];
    uint32_t count = load(rx.producer) - rx.own;
    if (count > limit)
        count = limit;
    for (uint32_t i = 0; i < count; i++) {
        struct xdp_desc *frame = &((struct xdp_desc *)rx.entries)[(rx.own + i) & rx.mask];
        eyes += memory[frame->addr + 12];
        lent[i] = frame->addr;
    }
    if (count) {
        rx.own += count;
        store(rx.consumer, rx.own);
        give(lent, count);
    }
    return count;
}

static uint32_t transmit(uint32_t limit)
{
    static const unsigned char frame[FRAME] = {2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2, 0x88, 0xb5};
    if (spares < limit)
        reap();
    uint32_t room = RING - (tx.own - load(tx.consumer)), count = spares < limit ? spares : limit;
    if (count > room)
        count = room;
    for (uint32_t i = 0; i < count; i++) {
        uint64_t at = spare[--spares];
        memcpy(memory + at, frame, FRAME);
        ((struct xdp_desc *)tx.entries)[tx.own++ & tx.mask] = (struct xdp_desc){at, FRAME, 0};
    }
    store(tx.producer, tx.own);
    kick();
    return count;
}

/* Sends what came from where it lies, its addresses exchanged; a free chunk takes its place. */
static uint32_t reflect(uint32_t limit)
{
    uint32_t count = load(rx.producer) - rx.own, room = RING - (tx.own - load(tx.consumer));
    uint64_t fresh[RING];
    if (spares < CHUNKS / 4)
        reap();
    count = count < limit ? count : limit;
    count = count < room ? count : room;
    count = count < spares ? count : spares;
    for (uint32_t i = 0; i < count; i++) {
        struct xdp_desc *frame = &((struct xdp_desc *)rx.entries)[(rx.own + i) & rx.mask];
        unsigned char address[6], *at = memory + frame->addr;
        memcpy(address, at, 6), memcpy(at, at + 6, 6), memcpy(at + 6, address, 6);
        ((struct xdp_desc *)tx.entries)[tx.own++ & tx.mask] = (struct xdp_desc){frame->addr, frame->len, 0};
        fresh[i] = spare[--spares];
    }
    if (count) {
        rx.own += count;
        store(rx.consumer, rx.own);
        give(fresh, count);
        store(tx.producer, tx.own);
        kick();
    }
    return count;
}

int xsk(char **argv)
{
    const char *mode = argv[1];
    int sending = strcmp(mode, "transmit") == 0, draining = strcmp(mode, "drain") == 0;
    uint32_t batch = atoi(argv[2]);
    uint32_t (*step)(uint32_t) = sending ? transmit : strcmp(mode, "reflect") == 0 ? reflect : receive;
    if (batch < 1 || batch > HALF)
        fail("a batch has 1 to 2048 frames");
    set_up(argv[0], !sending);
    fprintf(stderr, "ready\n");
    double silent = now() + PATIENCE;
    while (!sending && load(rx.producer) == rx.own)
        if (now() > silent)
            fail("no frames have come");
    double began = now(), until = began + atof(argv[3]), drained = 0, after;
    uint64_t frames = 0;
    if (draining) {
        /* What the user's side of receiving costs: let frames gather, then time how long it takes to go through them. */
        while ((after = now()) < until) {
            if (load(rx.producer) - rx.own < HALF)
                continue;
            double before = now();
            for (uint32_t left = HALF; left; left -= receive(left < batch ? left : batch))
                ;
            drained += now() - before;
            frames += HALF;
        }
        printf("{\"frames\": %lu, \"seconds\": %.9g}\n", (unsigned long)frames, drained);
    } else {
        while ((after = now()) < until)
            frames += step(batch);
        printf("{\"frames\": %lu, \"seconds\": %.9g}\n", (unsigned long)frames, after - began);
    }
    return frames || eyes ? 0 : 1;
}

#else

int xsk(char **argv)
{
    (void)argv;
    fail("built without the kernel's headers of AF_XDP (Debian: apt-get install linux-libc-dev)");
    return 1;
}

#endif
