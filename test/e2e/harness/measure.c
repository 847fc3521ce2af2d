/* Runs a program and writes what it needed at most into a file: measure FILE PROGRAM [ARGUMENT...].
 * Line of the file: peak of resident memory in KiB (getrusage(2)), processor time in ms. The status is the program's, or 128 + signal.
 * A process that Node starts is Node's for a moment, and its peak with it: this one is small. */
#include <signal.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

static long ms_of(struct timeval time)
{
    return time.tv_sec * 1000 + time.tv_usec / 1000;
}

int main(int argc, char **argv)
{
    struct rusage usage;
    int status;
    pid_t child;
    FILE *file;
    if (argc < 3) return 2;
    child = fork();
    if (child == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        execv(argv[2], argv + 2);
        perror(argv[2]);
        _exit(127);
    }
    if (child < 0 || wait4(child, &status, 0, &usage) < 0) return 2;
    file = fopen(argv[1], "w");
    if (!file) return 2;
    fprintf(file, "%ld %ld\n", usage.ru_maxrss, ms_of(usage.ru_utime) + ms_of(usage.ru_stime));
    if (fclose(file)) return 2;
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}
