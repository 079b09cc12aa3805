/**
 * HTTP: calls to providers and to callback URLs, on Vert.x clients.
 *
 * <p>Threading: a call lives on one event loop from its start to its end; its state needs no lock.
 * Nothing here blocks a loop; names are resolved on worker threads.
 */
@NullMarked
package io.millrace.workers.http;

import org.jspecify.annotations.NullMarked;
