/* The POSIX threads that we use, by Windows' own. MinGW's (winpthreads) keep two handles for
 * each thread of the host that ever waited in one of our calls, and leave them to the process
 * when a DLL is unloaded; these own nothing that would have to be given back. As Windows 7 has
 * it; named as <pthread.h> names them, so that MinGW's are not linked. */
#include <pthread.h>

#include <errno.h>
#include <process.h>
#include <sched.h>
#include <windows.h>

#include "base/mem.h"

/* ---- locks: an SRWLOCK in a pthread_mutex_t ----------------------------------------------- */

_Static_assert(sizeof(pthread_mutex_t) == sizeof(SRWLOCK), "a lock in a mutex");
_Static_assert(sizeof(pthread_cond_t) == sizeof(CONDITION_VARIABLE), "a condition");

/* MinGW's static beginnings are -1, Windows' are 0. */
static void *
begun(intptr_t *its)
{
	if (__atomic_load_n(its, __ATOMIC_RELAXED) == -1)
		InterlockedCompareExchangePointer((void **)its, NULL,
						  (void *)(intptr_t)-1);
	return its;
}

int
pthread_mutex_init(pthread_mutex_t *mutex, const pthread_mutexattr_t *attributes)
{
	*mutex = 0;
	return 0;
}

int
pthread_mutex_destroy(pthread_mutex_t *mutex)
{
	return 0;
}

int
pthread_mutex_lock(pthread_mutex_t *mutex)
{
	AcquireSRWLockExclusive(begun(mutex));
	return 0;
}

int
pthread_mutex_unlock(pthread_mutex_t *mutex)
{
	ReleaseSRWLockExclusive((SRWLOCK *)mutex);
	return 0;
}

/* ---- conditions ---------------------------------------------------------------------------- */

int
pthread_cond_init(pthread_cond_t *cond, const pthread_condattr_t *attributes)
{
	*cond = 0;
	return 0;
}

int
pthread_cond_destroy(pthread_cond_t *cond)
{
	return 0;
}

int
pthread_cond_signal(pthread_cond_t *cond)
{
	WakeConditionVariable(begun(cond));
	return 0;
}

int
pthread_cond_broadcast(pthread_cond_t *cond)
{
	WakeAllConditionVariable(begun(cond));
	return 0;
}

static int
wait_ms(pthread_cond_t *cond, pthread_mutex_t *mutex, DWORD ms)
{
	return SleepConditionVariableSRW(begun(cond), begun(mutex), ms, 0) ? 0
									   : ETIMEDOUT;
}

int
pthread_cond_wait(pthread_cond_t *cond, pthread_mutex_t *mutex)
{
	return wait_ms(cond, mutex, INFINITE);
}

int
pthread_cond_timedwait_relative_np(pthread_cond_t *cond, pthread_mutex_t *mutex,
				   const struct timespec *time)
{
	return wait_ms(cond, mutex,
		       (DWORD)(time->tv_sec * 1000 + time->tv_nsec / 1000000));
}

/* ---- values of a thread: for gcc's _Thread_local alone, which MinGW makes of them ---------- */

#define KEYS 4

static struct key {
	DWORD tls;
	void (*destroy)(void *);
} keys[KEYS];
static LONG n_keys;

int
pthread_key_create(pthread_key_t *out, void (*destroy)(void *))
{
	LONG at = InterlockedIncrement(&n_keys) - 1;
	DWORD tls = at < KEYS ? TlsAlloc() : TLS_OUT_OF_INDEXES;

	if (tls == TLS_OUT_OF_INDEXES)
		return EAGAIN;
	keys[at] = (struct key){ tls, destroy };
	*out = (pthread_key_t)at;
	return 0;
}

/* TlsGetValue clears what GetLastError has for the caller. */
void *
pthread_getspecific(pthread_key_t key)
{
	DWORD error = GetLastError();
	void *value = TlsGetValue(keys[key].tls);

	SetLastError(error);
	return value;
}

int
pthread_setspecific(pthread_key_t key, const void *value)
{
	return TlsSetValue(keys[key].tls, (void *)(uintptr_t)value) ? 0 : ENOMEM;
}

static void
destroy_values(void)
{
	for (LONG i = 0; i < n_keys && i < KEYS; i++) {
		void *value = keys[i].destroy ? TlsGetValue(keys[i].tls) : NULL;

		if (!value)
			continue;
		TlsSetValue(keys[i].tls, NULL);
		keys[i].destroy(value);
	}
}

/* A process has some 1,000 such places: this library gives its own back when it is unloaded,
 * and what the thread had that unloads it. */
static void __attribute__((destructor)) give_back_keys(void)
{
	destroy_values();
	for (LONG i = 0; i < n_keys && i < KEYS; i++)
		TlsFree(keys[i].tls);
}

/* ---- threads: a pthread_t is a handle ---------------------------------------------------------- */

struct start {
	void *(*body)(void *);
	void *argument;
};

static unsigned __stdcall run(void *start)
{
	struct start s = *(struct start *)start;

	zv_free(start);
	s.body(s.argument);
	destroy_values();
	return 0;
}

int
pthread_attr_init(pthread_attr_t *attributes)
{
	*attributes = (pthread_attr_t){ 0 };
	return 0;
}

int
pthread_attr_destroy(pthread_attr_t *attributes)
{
	return 0;
}

int
pthread_attr_setstacksize(pthread_attr_t *attributes, size_t bytes)
{
	attributes->s_size = bytes;
	return 0;
}

int
pthread_create(pthread_t *thread, const pthread_attr_t *attributes,
	       void *(*body)(void *), void *argument)
{
	struct start *start = zv_malloc(sizeof *start);

	if (!start)
		return EAGAIN;
	*start = (struct start){ body, argument };
	*thread = _beginthreadex(NULL, attributes ? (unsigned)attributes->s_size : 0,
				 run, start, STACK_SIZE_PARAM_IS_A_RESERVATION, NULL);
	if (*thread)
		return 0;
	zv_free(start);
	return errno;
}

int
pthread_detach(pthread_t thread)
{
	return CloseHandle((HANDLE)thread) ? 0 : EINVAL;
}

int
pthread_join(pthread_t thread, void **result)
{
	WaitForSingleObject((HANDLE)thread, INFINITE);
	return pthread_detach(thread);
}

/* A thread knows its number, not the handle that another has. Both are multiples of four. */
#define IS_NUMBER 1

pthread_t
pthread_self(void)
{
	return GetCurrentThreadId() | IS_NUMBER;
}

static DWORD
number_of(pthread_t thread)
{
	return thread & IS_NUMBER ? (DWORD)(thread & ~(pthread_t)IS_NUMBER)
				  : GetThreadId((HANDLE)thread);
}

int
pthread_equal(pthread_t a, pthread_t b)
{
	return number_of(a) == number_of(b);
}

int
sched_yield(void)
{
	SwitchToThread();
	return 0;
}

/* ---- once ----------------------------------------------------------------------------------------- */

enum {
	NOT_YET = 0,
	RUNNING,
	DONE,
};

int
pthread_once(pthread_once_t *once, void (*run_it)(void))
{
	LONG was = InterlockedCompareExchange(once, RUNNING, NOT_YET);

	if (was == NOT_YET) {
		run_it();
		InterlockedExchange(once, DONE);
	}
	while (was == RUNNING) {
		Sleep(1);
		was = InterlockedCompareExchange(once, NOT_YET, NOT_YET);
	}
	return 0;
}
