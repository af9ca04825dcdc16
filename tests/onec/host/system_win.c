#include "system.h"

#include <windows.h>

#include <fcntl.h>
#include <io.h>
#include <stdio.h>
#include <stdlib.h>
#include <winternl.h>

void
system_start(void)
{
	_setmode(_fileno(stdin), _O_BINARY);
	_setmode(_fileno(stdout), _O_BINARY);
}

static wchar_t *
wide(const char *text)
{
	int n = MultiByteToWideChar(CP_UTF8, 0, text, -1, NULL, 0);
	wchar_t *out = calloc((size_t)n + 1, sizeof *out);

	if (out)
		MultiByteToWideChar(CP_UTF8, 0, text, -1, out, n);
	return out;
}

void *
system_open_library(const char *path)
{
	wchar_t *name = wide(path);
	HMODULE library = LoadLibraryW(name);

	if (!library)
		fprintf(stderr, "host: %s: error %lu\n", path, GetLastError());
	free(name);
	return library;
}

void *
system_find_symbol(void *library, const char *name)
{
	return (void *)GetProcAddress(library, name);
}

bool
system_close_library(void *library, const char *path)
{
	wchar_t *name = wide(path);
	bool gone;

	FreeLibrary(library);
	gone = !GetModuleHandleW(name);
	free(name);
	return gone;
}

long long
system_ms(void)
{
	return (long long)GetTickCount64();
}

void
system_sleep(long ms)
{
	Sleep((DWORD)ms);
}

/* What the system knows of this process. Not the shorter GetProcessHandleCount: Wine 8
 * answers 0 to it. */
static SYSTEM_PROCESS_INFORMATION *
find_process(char *list)
{
	for (;;) {
		SYSTEM_PROCESS_INFORMATION *p = (void *)list;

		if ((DWORD)(UINT_PTR)p->UniqueProcessId == GetCurrentProcessId())
			return p;
		if (!p->NextEntryOffset)
			return NULL;
		list += p->NextEntryOffset;
	}
}

static bool
ask_system(ULONG *threads, ULONG *handles)
{
	ULONG size = 1024 * 1024;
	char *list = malloc(size);
	SYSTEM_PROCESS_INFORMATION *found = NULL;

	/* processes come and go meanwhile: then it says that the room is too little */
	for (int tries = 0; list && !found && tries < 100; tries++)
		if (NtQuerySystemInformation(SystemProcessInformation, list, size,
					     NULL) == 0)
			found = find_process(list);
	if (found) {
		*threads = found->NumberOfThreads;
		*handles = found->HandleCount;
	}
	free(list);
	return found != NULL;
}

long
system_threads(void)
{
	ULONG threads, handles;

	return ask_system(&threads, &handles) ? (long)threads : -1;
}

long
system_handles(void)
{
	ULONG threads, handles;

	return ask_system(&threads, &handles) ? (long)handles : -1;
}

static long long
heap_bytes(HANDLE heap)
{
	PROCESS_HEAP_ENTRY entry = { 0 };
	long long sum = 0;

	while (HeapWalk(heap, &entry))
		if (entry.wFlags & PROCESS_HEAP_ENTRY_BUSY)
			sum += entry.cbData;
	return sum;
}

long long
system_bytes(void)
{
	HANDLE heaps[64];
	DWORD n = GetProcessHeaps(64, heaps);
	long long sum = 0;

	for (DWORD i = 0; i < n && i < 64; i++)
		sum += heap_bytes(heaps[i]);
	return sum;
}
