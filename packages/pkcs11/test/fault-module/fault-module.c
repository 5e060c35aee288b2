/*
 * A PKCS#11 module that hands every call on to another one and makes trouble on the way, as a file that is shared with the test says:
 * delays, failures, calls that do not come back. It counts calls, and calls that met another one on the same session.
 *
 * Compiled with TARGET and CONTROL as strings: the path of the other module, and of the file. The file is an array of 32-bit words in the order of the
 * machine: 16 of `struct totals`, then 16 of `struct control` for each function, in the order of CK_FUNCTION_LIST (2.40).
 */
#include <dlfcn.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdint.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

typedef unsigned long word;
/* No function of PKCS#11 2.40 takes more than eight arguments, each of which travels as one word: more than it takes are not looked at. */
typedef word (*function)(word, word, word, word, word, word, word, word);

#define FUNCTIONS(X) \
  X(Initialize) X(Finalize) X(GetInfo) X(GetFunctionList) X(GetSlotList) X(GetSlotInfo) X(GetTokenInfo) X(GetMechanismList) \
  X(GetMechanismInfo) X(InitToken) X(InitPIN) X(SetPIN) X(OpenSession) X(CloseSession) X(CloseAllSessions) X(GetSessionInfo) \
  X(GetOperationState) X(SetOperationState) X(Login) X(Logout) X(CreateObject) X(CopyObject) X(DestroyObject) X(GetObjectSize) \
  X(GetAttributeValue) X(SetAttributeValue) X(FindObjectsInit) X(FindObjects) X(FindObjectsFinal) X(EncryptInit) X(Encrypt) \
  X(EncryptUpdate) X(EncryptFinal) X(DecryptInit) X(Decrypt) X(DecryptUpdate) X(DecryptFinal) X(DigestInit) X(Digest) \
  X(DigestUpdate) X(DigestKey) X(DigestFinal) X(SignInit) X(Sign) X(SignUpdate) X(SignFinal) X(SignRecoverInit) X(SignRecover) \
  X(VerifyInit) X(Verify) X(VerifyUpdate) X(VerifyFinal) X(VerifyRecoverInit) X(VerifyRecover) X(DigestEncryptUpdate) \
  X(DecryptDigestUpdate) X(SignEncryptUpdate) X(DecryptVerifyUpdate) X(GenerateKey) X(GenerateKeyPair) X(WrapKey) X(UnwrapKey) \
  X(DeriveKey) X(SeedRandom) X(GenerateRandom) X(GetFunctionStatus) X(CancelFunction) X(WaitForSlotEvent)

enum {
#define NUMBER(name) N_##name,
  FUNCTIONS(NUMBER) COUNT
};

struct totals {
  uint32_t running, most_running, met_on_session, unused[13];
};

struct control {
  /* Calls so far; calls that were failed. */
  uint32_t calls, failed;
  uint32_t delay_us;
  /* Not 0: the call stays here until it is 0 again. */
  uint32_t hang;
  /* The next `times` calls after `skip` others return `code`; with `after`, when the other module has done its part. */
  uint32_t skip, times, code, after;
  /* Rises when a call has reached the place where it hangs. */
  uint32_t hanging;
  uint32_t unused[7];
};

struct shared {
  struct totals totals;
  struct control functions[COUNT];
};

struct list {
  unsigned char version[2];
  function functions[COUNT];
};

static struct shared *shared;
static struct list *target;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_once_t once = PTHREAD_ONCE_INIT;

/* Sessions that a call is in right now. */
enum { BUSY = 256 };
static word busy[BUSY];

static int is_on_session(int number) {
  switch (number) {
    case N_OpenSession: case N_CloseAllSessions: case N_WaitForSlotEvent: return 0;
    default: return number >= N_InitPIN;
  }
}

static void wait_us(uint32_t us) {
  struct timespec left = {us / 1000000, (long)(us % 1000000) * 1000};
  while (nanosleep(&left, &left) != 0) continue;
}

static void enter(word session) {
  int met = 0, free_place = -1;
  for (int i = 0; i < BUSY; i++) {
    if (busy[i] == session) met = 1;
    else if (busy[i] == 0 && free_place < 0) free_place = i;
  }
  if (met) shared->totals.met_on_session++;
  if (free_place >= 0) busy[free_place] = session;
}

static void leave(word session) {
  for (int i = 0; i < BUSY; i++)
    if (busy[i] == session) {
      busy[i] = 0;
      return;
    }
}

static word call(int number, word a, word b, word c, word d, word e, word f, word g, word h) {
  struct control *own = &shared->functions[number];
  const int on_session = is_on_session(number) && a != 0;
  int fails = 0;
  pthread_mutex_lock(&lock);
  own->calls++;
  if (++shared->totals.running > shared->totals.most_running) shared->totals.most_running = shared->totals.running;
  if (on_session) enter(a);
  if (own->times != 0) {
    if (own->skip != 0) own->skip--;
    else {
      fails = 1;
      own->failed++;
      if (own->times != UINT32_MAX) own->times--;
    }
  }
  const word code = own->code;
  const int after = own->after != 0;
  pthread_mutex_unlock(&lock);

  const uint32_t delay = __atomic_load_n(&own->delay_us, __ATOMIC_RELAXED);
  if (delay != 0) wait_us(delay);
  if (__atomic_load_n(&own->hang, __ATOMIC_RELAXED) != 0) {
    __atomic_fetch_add(&own->hanging, 1, __ATOMIC_RELAXED);
    while (__atomic_load_n(&own->hang, __ATOMIC_RELAXED) != 0) wait_us(1000);
  }
  word result = code;
  if (!fails || after) {
    result = target->functions[number](a, b, c, d, e, f, g, h);
    if (fails) result = code;
  }

  pthread_mutex_lock(&lock);
  shared->totals.running--;
  if (on_session) leave(a);
  pthread_mutex_unlock(&lock);
  return result;
}

static struct list list;
word C_GetFunctionList(struct list **result);

#define FORWARD(name) \
  static word forward_##name(word a, word b, word c, word d, word e, word f, word g, word h) { \
    return call(N_##name, a, b, c, d, e, f, g, h); \
  }
FUNCTIONS(FORWARD)

static void load(void) {
  const int file = open(CONTROL, O_RDWR);
  if (file < 0) return;
  void *memory = mmap(0, sizeof *shared, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
  close(file);
  void *library = dlopen(TARGET, RTLD_NOW | RTLD_LOCAL);
  if (memory == MAP_FAILED || library == 0) return;
  word (*get)(struct list **) = (word (*)(struct list **))dlsym(library, "C_GetFunctionList");
  struct list *found = 0;
  if (get == 0 || get(&found) != 0) return;
  list.version[0] = found->version[0];
  list.version[1] = found->version[1];
#define ENTRY(name) list.functions[N_##name] = forward_##name;
  FUNCTIONS(ENTRY)
  list.functions[N_GetFunctionList] = (function)(void *)C_GetFunctionList;
  shared = memory;
  target = found;
}

/* CKR_GENERAL_ERROR when the other module or the file is not there. */
__attribute__((visibility("default"))) word C_GetFunctionList(struct list **result) {
  pthread_once(&once, load);
  if (target == 0) return 5;
  *result = &list;
  return 0;
}
