// The limit that a module sets: threads with a session each that do nothing but C_SignInit and C_Sign, for a given time.
// signer MODULE PARAMETERS TOKEN PIN ID MECHANISM DATA THREADS SECONDS WARM-UP prints one line of JSON.
// PARAMETERS is the text of C_Initialize that NSS wants, or empty; ID is CKA_ID and DATA what C_Sign gets, both in hex.
#include <dlfcn.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <pkcs11/pkcs11.h>

// What version 2.40 of the standard has no name for.
#ifndef CKM_EDDSA
#define CKM_EDDSA 0x1057UL
#endif

// NSS has one member more than the standard, before the reserved one.
struct initialize {
  CK_CREATEMUTEX create;
  CK_DESTROYMUTEX destroy;
  CK_LOCKMUTEX lock;
  CK_UNLOCKMUTEX unlock;
  CK_FLAGS flags;
  void *parameters;
  void *reserved;
};

static CK_FUNCTION_LIST_PTR p11;
static CK_SLOT_ID slot;
static CK_MECHANISM mechanism;
static CK_RSA_PKCS_PSS_PARAMS pss;
static CK_BYTE data[64], id[64];
static CK_ULONG data_length, id_length;
static double warm_until, end;
static pthread_barrier_t ready, go;

struct lane {
  pthread_t thread;
  unsigned long operations;
  CK_BYTE signature[1024];
  CK_ULONG length;
};

static void fail(const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  fputs("signer: ", stderr);
  vfprintf(stderr, format, arguments);
  fputc('\n', stderr);
  exit(1);
}

static void must(CK_RV rv, const char *what) {
  if (rv != CKR_OK) fail("%s: 0x%lx", what, rv);
}

static double now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return time.tv_sec + time.tv_nsec / 1e9;
}

static double cpu(void) {
  struct timespec time;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
  return time.tv_sec + time.tv_nsec / 1e9;
}

static CK_ULONG unhex(const char *hex, CK_BYTE *bytes, CK_ULONG room) {
  CK_ULONG length = 0;
  for (; hex[0] && hex[1] && length < room; hex += 2) sscanf(hex, "%2hhx", &bytes[length++]);
  return length;
}

static void choose(const char *name) {
  static const struct {
    const char *name;
    CK_MECHANISM_TYPE type, hash;
    CK_RSA_PKCS_MGF_TYPE mgf;
  } known[] = {
    {"rsa-pss-sha256", CKM_RSA_PKCS_PSS, CKM_SHA256, CKG_MGF1_SHA256},
    {"rsa-pss-sha384", CKM_RSA_PKCS_PSS, CKM_SHA384, CKG_MGF1_SHA384},
    {"ecdsa-sha256", CKM_ECDSA, 0, 0},
    {"ecdsa-sha384", CKM_ECDSA, 0, 0},
    {"ed25519", CKM_EDDSA, 0, 0},
  };
  for (size_t at = 0; at < sizeof known / sizeof *known; at++) {
    if (strcmp(name, known[at].name) != 0) continue;
    mechanism.mechanism = known[at].type;
    if (known[at].hash != 0) {
      pss.hashAlg = known[at].hash;
      pss.mgf = known[at].mgf;
      pss.sLen = data_length; // of a digest: a salt as long as the hash
      mechanism.pParameter = &pss;
      mechanism.ulParameterLen = sizeof pss;
    }
    return;
  }
  fail("unknown mechanism %s", name);
}

static CK_SLOT_ID slot_of(const char *token) {
  CK_SLOT_ID slots[64];
  CK_ULONG count = sizeof slots / sizeof *slots;
  must(p11->C_GetSlotList(CK_TRUE, slots, &count), "C_GetSlotList");
  for (CK_ULONG at = 0; at < count; at++) {
    CK_TOKEN_INFO info;
    char label[33] = "";
    if (p11->C_GetTokenInfo(slots[at], &info) != CKR_OK) continue;
    memcpy(label, info.label, 32);
    for (int last = 31; last >= 0 && label[last] == ' '; last--) label[last] = 0;
    if (strcmp(label, token) == 0) return slots[at];
  }
  fail("no token %s", token);
  return 0;
}

static CK_OBJECT_HANDLE find(CK_SESSION_HANDLE session) {
  CK_OBJECT_CLASS class = CKO_PRIVATE_KEY;
  CK_ATTRIBUTE template[] = {{CKA_CLASS, &class, sizeof class}, {CKA_ID, id, id_length}};
  CK_OBJECT_HANDLE key;
  CK_ULONG found = 0;
  must(p11->C_FindObjectsInit(session, template, 2), "C_FindObjectsInit");
  must(p11->C_FindObjects(session, &key, 1, &found), "C_FindObjects");
  must(p11->C_FindObjectsFinal(session), "C_FindObjectsFinal");
  if (found != 1) fail("no such key");
  return key;
}

static void sign(struct lane *lane, CK_SESSION_HANDLE session, CK_OBJECT_HANDLE key) {
  lane->length = sizeof lane->signature;
  must(p11->C_SignInit(session, &mechanism, key), "C_SignInit");
  must(p11->C_Sign(session, data, data_length, lane->signature, &lane->length), "C_Sign");
}

static void *work(void *argument) {
  struct lane *lane = argument;
  CK_SESSION_HANDLE session;
  must(p11->C_OpenSession(slot, CKF_SERIAL_SESSION | CKF_RW_SESSION, NULL, NULL, &session), "C_OpenSession");
  CK_OBJECT_HANDLE key = find(session);
  pthread_barrier_wait(&ready);
  while (now() < warm_until) sign(lane, session, key);
  pthread_barrier_wait(&ready);
  pthread_barrier_wait(&go);
  for (; now() < end; lane->operations++) sign(lane, session, key);
  return NULL;
}

static void load(const char *path, const char *parameters) {
  void *module = dlopen(path, RTLD_NOW | RTLD_LOCAL);
  if (!module) fail("%s", dlerror());
  CK_C_GetFunctionList list;
  *(void **)&list = dlsym(module, "C_GetFunctionList");
  if (!list) fail("%s", dlerror());
  must(list(&p11), "C_GetFunctionList");
  struct initialize arguments = {.flags = CKF_OS_LOCKING_OK};
  if (*parameters) arguments.parameters = (void *)parameters;
  must(p11->C_Initialize(&arguments), "C_Initialize");
}

int main(int count, char **argument) {
  if (count != 11) fail("ten arguments");
  load(argument[1], argument[2]);
  slot = slot_of(argument[3]);
  id_length = unhex(argument[5], id, sizeof id);
  data_length = unhex(argument[7], data, sizeof data);
  choose(argument[6]);
  int threads = atoi(argument[8]);
  double seconds = atof(argument[9]), warm_up = atof(argument[10]);
  // Held to the end: with the last session of a process its login ends.
  CK_SESSION_HANDLE anchor;
  must(p11->C_OpenSession(slot, CKF_SERIAL_SESSION | CKF_RW_SESSION, NULL, NULL, &anchor), "C_OpenSession");
  must(p11->C_Login(anchor, CKU_USER, (CK_UTF8CHAR_PTR)argument[4], strlen(argument[4])), "C_Login");

  struct lane *lanes = calloc(threads, sizeof *lanes);
  pthread_barrier_init(&ready, NULL, threads + 1);
  pthread_barrier_init(&go, NULL, threads + 1);
  for (int at = 0; at < threads; at++) pthread_create(&lanes[at].thread, NULL, work, &lanes[at]);
  warm_until = now() + warm_up;
  pthread_barrier_wait(&ready);
  pthread_barrier_wait(&ready);
  double start = now(), spent = cpu();
  end = start + seconds;
  pthread_barrier_wait(&go);
  unsigned long operations = 0;
  for (int at = 0; at < threads; at++) {
    pthread_join(lanes[at].thread, NULL);
    operations += lanes[at].operations;
  }
  printf("{\"operations\":%lu,\"wallSeconds\":%.6f,\"cpuSeconds\":%.6f,\"signature\":\"", operations, now() - start, cpu() - spent);
  for (CK_ULONG at = 0; at < lanes[0].length; at++) printf("%02x", lanes[0].signature[at]);
  puts("\"}");
  return 0;
}
