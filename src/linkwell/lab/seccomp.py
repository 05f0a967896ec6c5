"""A system-call filter in plain BPF: what a query never needs is answered "not permitted".

The filter is a list of refusals, so that the engine and Python go on to run on a newer C library; it can
never be taken off again. Threads may be started, processes may not.
"""

from __future__ import annotations

import ctypes
import errno
import os
import struct

from linkwell.lab.kernel import NotThere, call, no_new_privileges, prctl

_SET_SECCOMP, _FILTER_MODE = 22, 2
_ALLOW, _ERRNO, _KILL = 0x7FFF0000, 0x00050000, 0x80000000
_LOAD, _EQUAL, _AT_LEAST, _ANY_BIT, _RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
_NUMBER, _ARCH, _FIRST_ARGUMENT = 0, 4, 16
_X32 = 0x40000000
_CLONE_THREAD = 0x00010000

# name: (x86-64, 64-bit ARM); -1 where the machine has no such call.
_REFUSED: dict[str, tuple[int, int]] = {
    "socket": (41, 198), "socketpair": (53, 199), "connect": (42, 203), "bind": (49, 200),
    "listen": (50, 201), "accept": (43, 202), "accept4": (288, 242), "sendto": (44, 206),
    "sendmsg": (46, 211), "sendmmsg": (307, 269), "recvmsg": (47, 212), "recvmmsg": (299, 243),
    "execve": (59, 221), "execveat": (322, 281), "fork": (57, -1), "vfork": (58, -1),
    "kill": (62, 129), "tkill": (200, 130), "ptrace": (101, 117), "process_vm_readv": (310, 270),
    "process_vm_writev": (311, 271), "pidfd_open": (434, 434), "pidfd_getfd": (438, 438),
    "pidfd_send_signal": (424, 424), "process_madvise": (440, 440), "kcmp": (312, 272),
    "mount": (165, 40), "umount2": (166, 39), "pivot_root": (155, 41), "chroot": (161, 51),
    "unshare": (272, 97), "setns": (308, 268), "open_tree": (428, 428), "move_mount": (429, 429),
    "fsopen": (430, 430), "fsconfig": (431, 431), "fsmount": (432, 432), "mount_setattr": (442, 442),
    "name_to_handle_at": (303, 264), "open_by_handle_at": (304, 265), "mknod": (133, -1),
    "mknodat": (259, 33), "setxattr": (188, 5), "fanotify_init": (300, 262), "memfd_create": (319, 279),
    "memfd_secret": (447, 447), "bpf": (321, 280), "perf_event_open": (298, 241),
    "userfaultfd": (323, 282), "io_uring_setup": (425, 425), "io_uring_enter": (426, 426),
    "io_uring_register": (427, 427), "io_setup": (206, 0), "keyctl": (250, 219), "add_key": (248, 217),
    "request_key": (249, 218), "init_module": (175, 105), "finit_module": (313, 273),
    "delete_module": (176, 106), "kexec_load": (246, 104), "kexec_file_load": (320, 294),
    "reboot": (169, 142), "swapon": (167, 224), "swapoff": (168, 225), "acct": (163, 89),
    "quotactl": (179, 60), "syslog": (103, 116), "personality": (135, 92), "iopl": (172, -1),
    "ioperm": (173, -1), "sethostname": (170, 161), "setdomainname": (171, 162), "settimeofday": (164, 170),
    "clock_settime": (227, 112), "clock_adjtime": (305, 266), "adjtimex": (159, 171), "setuid": (105, 146),
    "setgid": (106, 144), "setresuid": (117, 147), "setresgid": (119, 149), "setgroups": (116, 159),
    "capset": (126, 91), "shmget": (29, 194), "shmat": (30, 196), "msgget": (68, 186), "semget": (64, 190),
    "mq_open": (240, 180), "setpriority": (141, 140), "sched_setscheduler": (144, 119),
    "setsid": (112, 157), "vhangup": (153, 58), "lookup_dcookie": (212, 18), "nfsservctl": (180, 42),
    "uselib": (134, -1), "modify_ldt": (154, -1),
}  # fmt: skip
_CLONE, _CLONE3 = (56, 220), (435, 435)
_ARCHES = {"x86_64": (0xC000003E, 0), "aarch64": (0xC00000B7, 1)}


def refused_numbers() -> tuple[int, ...]:
    """The numbers of the refused calls on this machine, for the self-test."""
    column = _ARCHES[os.uname().machine][1]
    return tuple(numbers[column] for numbers in _REFUSED.values() if numbers[column] >= 0)


def refused_calls() -> tuple[str, ...]:
    """The names of the calls that are refused, for the operator's page."""
    return (*sorted(_REFUSED), "clone without a thread", "clone3")


def filter_calls() -> None:
    """Refuse, in every thread there is or will be, what a query never needs.

    Raises:
        NotThere: the kernel or the machine has no such filter.
    """
    machine = os.uname().machine
    if machine not in _ARCHES:
        raise NotThere(f"no table of calls for {machine}")
    program = _program(*_ARCHES[machine])
    code = ctypes.create_string_buffer(program)
    head = struct.pack("HxxxxxxP", len(program) // 8, ctypes.addressof(code))
    no_new_privileges()
    held = ctypes.create_string_buffer(head)
    call(prctl(_SET_SECCOMP, _FILTER_MODE, ctypes.addressof(held), 0, 0), "seccomp")


def _program(arch: int, column: int) -> bytes:
    refuse = _ERRNO | errno.EPERM
    steps = [
        _step(_LOAD, _ARCH), _step(_EQUAL, arch, 1, 0), _step(_RETURN, _KILL), _step(_LOAD, _NUMBER),
        _step(_AT_LEAST, _X32, 0, 1), _step(_RETURN, _KILL),
    ]  # fmt: skip
    for numbers in _REFUSED.values():
        if numbers[column] >= 0:
            steps += [_step(_EQUAL, numbers[column], 0, 1), _step(_RETURN, refuse)]
    # The C library falls back to clone, whose flags can be read, when clone3 is said not to exist.
    steps += [_step(_EQUAL, _CLONE3[column], 0, 1), _step(_RETURN, _ERRNO | errno.ENOSYS)]
    steps += [
        _step(_EQUAL, _CLONE[column], 0, 4), _step(_LOAD, _FIRST_ARGUMENT),
        _step(_ANY_BIT, _CLONE_THREAD, 1, 0), _step(_RETURN, refuse), _step(_RETURN, _ALLOW),
        _step(_RETURN, _ALLOW),
    ]  # fmt: skip
    return b"".join(steps)


def _step(code: int, value: int, then: int = 0, otherwise: int = 0) -> bytes:
    return struct.pack("HBBI", code, then, otherwise, value)
