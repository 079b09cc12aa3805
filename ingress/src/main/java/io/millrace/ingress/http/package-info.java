/**
 * The HTTP face, on Vert.x.
 *
 * <p>Threading: one {@link io.millrace.ingress.http.HttpFace} for each event loop. Everything that
 * belongs to a call runs on the loop of its connection and is never locked; other threads (the
 * producer's, the tail's, the view's) reach it only through {@link
 * io.millrace.ingress.http.LoopQueue}. Nothing here blocks. Limits that all loops share are atomic
 * counters in {@link io.millrace.ingress.http.Admission}.
 */
@NullMarked
package io.millrace.ingress.http;

import org.jspecify.annotations.NullMarked;
