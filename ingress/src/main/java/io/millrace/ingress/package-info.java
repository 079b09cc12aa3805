/**
 * What ingress decides: which calls are well formed, what they are named, what a client sees of
 * them. No I/O here, except that {@link io.millrace.ingress.IngressService} wires it all.
 *
 * <p>Threading: everything but the service is immutable, or confined to whoever made it.
 */
@NullMarked
package io.millrace.ingress;

import org.jspecify.annotations.NullMarked;
