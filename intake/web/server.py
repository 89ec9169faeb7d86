"""Keeps the pages answering: starts the worker processes, replaces one that dies, stops when told to.

The workers begin as new processes and load the pages themselves, so that no connection
to the database and no half-held lock is ever shared between two of them.
"""

import atexit
import errno
import importlib
import multiprocessing
import os
import signal
import socket
import threading
import time
from collections.abc import Callable
from multiprocessing import resource_tracker

from granian.constants import HTTPModes, Interfaces
from granian.http import HTTP1Settings
from granian.log import LogLevels
from granian.server import Server

from intake.web.gateway import Gateway

_SECONDS_FOR_THE_HEADERS = 10
_BYTES_FOR_THE_HEADERS = 16 * 1024
_SECONDS_TO_FINISH = 15
_SECONDS_FOR_THE_SERVER_TO_HEAR = 0.5
_THREADS_PER_WORKER = 8
# Requests a worker holds at a time, most of them waiting for their sender.
_REQUESTS_PER_WORKER = 512


class AddressInUse(Exception):
    """Another program answers at this address already."""


def serve(target: str, host: str, port: int, workers: int) -> None:
    """Answer requests with the WSGI application at ``target`` until told to stop.

    ``target`` is a module and a name in it, "intake.web.site:application"; each worker imports
    it for itself. Returns after SIGTERM, SIGHUP or Ctrl-C, when every request begun has been
    answered; raises SystemExit when the workers keep dying. Call it from the main thread.
    """
    _refuse_an_address_in_use(host, port)
    multiprocessing.set_start_method("spawn", force=True)
    server = Server(
        target,
        address=host,
        port=port,
        interface=Interfaces.ASGINL,
        workers=workers,
        backpressure=_REQUESTS_PER_WORKER,
        http=HTTPModes.http1,
        http1_settings=HTTP1Settings(
            header_read_timeout=_SECONDS_FOR_THE_HEADERS * 1000,
            max_buffer_size=_BYTES_FOR_THE_HEADERS,
        ),
        websockets=False,
        respawn_failed_workers=True,
        workers_kill_timeout=_SECONDS_TO_FINISH,
        log_level=LogLevels.error,
        log_access=False,
    )
    mask = _listen_for_the_end(server.signal_handler_interrupt)
    try:
        server.serve(target_loader=_load)
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, mask)


def _refuse_an_address_in_use(host: str, port: int) -> None:
    # Workers share their port (SO_REUSEPORT), so a second copy of intake would start
    # without complaint and take half of the patients of the first.
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            if error.errno != errno.EADDRINUSE:
                raise
            raise AddressInUse(
                f"port {port} of {host} is taken; stop the program that has it, or choose another port"
            ) from None


def _listen_for_the_end(stop: Callable[[int], object]) -> set[signal.Signals]:
    """One thread hears the signals; the workers are born deaf to them, and are told by the server alone.

    A worker of granian 2.8.7 that is told twice to stop may hang until it is killed. It would be
    told twice by Ctrl-C, which reaches every process of a terminal, and by systemd, which tells
    every process of a service.
    """
    signals = {signal.SIGINT, signal.SIGTERM}
    if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:  # as it is under nohup
        signals.add(signal.SIGHUP)

    def listen() -> None:
        while True:
            stop(signal.sigwait(signals))

    # It lets SIGINT and SIGTERM through again when it starts, so it starts first.
    resource_tracker.ensure_running()
    mask = set(signal.pthread_sigmask(signal.SIG_BLOCK, signals))
    threading.Thread(target=listen, daemon=True).start()
    return {signal.Signals(number) for number in mask}


def _load(target: str) -> Gateway:
    """Runs in the worker, before it begins to answer."""
    # Last of all, leave without Python's tidying up: granian's threads panic in it now and then.
    atexit.register(os._exit, 0)
    os.setsid()
    _hear_once()
    threading.Thread(target=_stop_when_orphaned, daemon=True).start()
    module, _, name = target.partition(":")
    return Gateway(getattr(importlib.import_module(module), name), _THREADS_PER_WORKER)


def _hear_once() -> None:
    # SIGTERM stays blocked and is waited for once; it is passed on as SIGINT, which nobody else sends.
    # A Ctrl-C from before setsid may still be pending: ignoring SIGINT for a moment drops it.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM})
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    threading.Thread(target=_pass_it_on, args=[threading.get_ident()], daemon=True).start()


def _pass_it_on(main_thread: int) -> None:
    # systemd tells the workers too; one that left before the server had heard would look like a crash.
    if signal.sigwaitinfo({signal.SIGTERM}).si_pid != os.getppid():
        time.sleep(_SECONDS_FOR_THE_SERVER_TO_HEAR)
    signal.pthread_kill(main_thread, signal.SIGINT)


def _stop_when_orphaned() -> None:
    # A worker whose server was killed would keep the port, and answer with old code.
    server = multiprocessing.parent_process()
    if server is not None:
        server.join()
        os.kill(os.getpid(), signal.SIGTERM)
