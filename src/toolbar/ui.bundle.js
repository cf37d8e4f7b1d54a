var v,
  Ce,
  gn,
  J,
  le,
  ee,
  Pe,
  G,
  Te,
  ce,
  de,
  xn,
  I = Symbol.for("pv"),
  ne = {},
  te = [],
  yn = /^m(i|n|o|s|text|space)$/,
  pe = Array.isArray,
  Le = te.slice,
  U = Object.assign;
function R(e) {
  e && e.parentNode && e.remove();
}
function Y(e, n, t, o, a) {
  var i = {
    type: e,
    props: n,
    key: t,
    ref: o,
    __k: null,
    __: null,
    __b: 0,
    __e: null,
    __c: null,
    constructor: I,
    __v: a || ++Ce,
    __i: -1,
    __u: 0,
  };
  return (!a && v.vnode && v.vnode(i), i);
}
function T(e) {
  return e.children;
}
function Q(e, n) {
  ((this.props = e), (this.context = n), (this.__g = 0));
}
function N(e, n) {
  if (n == null) return e.__ && N(e.__, e.__i + 1);
  for (var t; n < e.__k.length; n++) if ((t = e.__k[n]) && t.__e) return t.__e;
  return typeof e.type != "function" || e.props.__P ? null : N(e);
}
function vn(e) {
  var n,
    t = e.__v,
    o = t.__e,
    a = [],
    i = [],
    d = e.__P;
  d &&
    (((n = U({ constructor: I }, t)).__v = t.__v + 1),
    v.vnode && v.vnode(n),
    ue(d, n, t, e.__n, d.namespaceURI, 32 & t.__u ? [o] : null, a, o || N(t), 32 & t.__u, i),
    (n.__v = t.__v),
    (n.__.__k[n.__i] = n),
    Je(a, n, i),
    (t.__ = t.__e = null),
    n.__e != o && $e(n));
}
function $e(e) {
  if ((e = e.__) && e.__c && !e.props.__P)
    return (
      (e.__e = null),
      e.__k.some(function (n) {
        return n && (e.__e = n.__e);
      }),
      $e(e)
    );
}
function Se(e) {
  ((8 & e.__g || ((e.__g |= 8), J.push(e), ee++)) && le == v.debounceRendering) ||
    ((le = v.debounceRendering) || queueMicrotask)(Me);
}
function Me() {
  try {
    for (var e, n = 1; J.length;) (J.length > n && J.sort(Pe), (e = J.shift()), (n = J.length), 8 & e.__g && vn(e));
  } finally {
    (ee = J.length) && (le || queueMicrotask)(Me);
  }
}
function He(e, n, t, o, a, i, d, s, p, u, c) {
  var h,
    y,
    l,
    _,
    S,
    x,
    b = o.__k || te,
    f = n.length;
  for (p = bn(t, n, b, p, f), h = 0; h < f; h++)
    (l = t.__k[h]) != null &&
      ((y = (~l.__i && b[l.__i]) || ne),
      (l.__i = h),
      (x = ue(e, l, y, a, i, d, s, p, u, c)),
      (_ = l.__e),
      (y.ref != l.ref || 8 & y.__u) && (y.ref && _e(y.ref, null, l, y), l.ref && c.push(l.ref, l.__c || _, l)),
      (S = S || _),
      4 & l.__u
        ? ((p = De(l, p, e, !y.__v)), y.__e && (y.__e = null))
        : typeof l.type == "function" && x !== void 0
          ? (p = x)
          : _ && (p = _.nextSibling),
      (l.__u &= -21));
  return ((t.__e = S), p);
}
function bn(e, n, t, o, a) {
  var i,
    d,
    s,
    p,
    u,
    c,
    h,
    y,
    l,
    _ = t.length,
    S = _,
    x = 0,
    b = 0,
    f = (e.__k = Array(a));
  for (i = 0; i < a; i++)
    (d = n[i]) != null && typeof d != "boolean" && typeof d != "function"
      ? (typeof d != "object" || d.constructor === String
          ? (d = f[i] = Y(null, d))
          : pe(d)
            ? (d = f[i] = Y(T, { children: d }))
            : d.constructor === I && d.__b
              ? (d = f[i] = Y(d.type, d.props, d.key, d.ref, d.__v))
              : (f[i] = d),
        (p = i + x),
        (d.__ = e),
        (d.__b = e.__b + 1),
        (s = null),
        ~(u = d.__i = wn(d, t, p, S)) && (S--, (s = t[u]) && (s.__u |= 2)),
        s && s.__v
          ? ((d.__u |= 16), u == p - 1 ? x-- : u == p + 1 ? x++ : u != p && (u > p ? x-- : x++, (b = 1)))
          : (~u || (a > _ ? x-- : a < _ && x++), typeof d.type != "function" && (d.__u |= 4)))
      : (f[i] = null);
  if (b) {
    for (c = [], h = [], i = 0; i < a; i++)
      if ((d = f[i]) && 16 & d.__u) {
        for (x = 0, y = c.length; x < y;) c[(l = (x + y) >> 1)] < d.__i ? (x = l + 1) : (y = l);
        ((c[x] = d.__i), (h[i] = x + 1));
      }
    for (x = c.length; i--;) h[i] && (h[i] == x ? x-- : (f[i].__u |= 4));
  }
  if (S) for (i = 0; i < _; i++) !(s = t[i]) || 2 & s.__u || (s.__e == o && (o = N(s)), fe(s, s));
  return o;
}
function De(e, n, t, o) {
  var a, i, d, s;
  if (typeof e.type == "function") {
    if (e.props.__P) return n;
    if ((a = e.__k)) for (i = 0; i < a.length; i++) a[i] && ((a[i].__ = e), (n = De(a[i], n, t, !1)));
    return n;
  }
  for (n && !n.parentNode && (n = N(e)) && !n.parentNode && (n = null), d = e.__e, s = n; s && s.nodeType == 8;)
    s = s.nextSibling;
  for (
    d != s && (!o && t.moveBefore && d.parentNode ? t.moveBefore(d, n) : t.insertBefore(d, n || null)), n = d;
    (n = n && n.nextSibling) && n.nodeType == 8 && !n.data.startsWith("$s");
  );
  return n;
}
function wn(e, n, t, o) {
  var a,
    i = e.key,
    d = e.type,
    s = n[t],
    p = s && !(2 & s.__u);
  if ((s === null && i == null) || (p && i == s.key && d == s.type)) return t;
  if (o > (p ? 1 : 0)) {
    for (a = t - 1; a >= 0; a--) if ((s = n[a]) && !(2 & s.__u) && i == s.key && d == s.type) return a;
    for (a = t + 1; a < n.length; a++) if ((s = n[a]) && !(2 & s.__u) && i == s.key && d == s.type) return a;
  }
  return -1;
}
function Ee(e, n, t) {
  (t == null && (t = ""), n[0] == "-" ? e.setProperty(n, t) : (e[n] = t));
}
function j(e, n, t, o, a) {
  var i, d;
  if (n == "style")
    if (typeof t == "string") e.style.cssText = t;
    else {
      if ((typeof o == "string" && (e.style.cssText = o = ""), o)) for (n in o) (t && n in t) || Ee(e.style, n);
      if (t) for (n in t) (o && t[n] == o[n]) || Ee(e.style, n, t[n]);
    }
  else if (n[0] == "o" && n[1] == "n")
    (typeof t != "function" && (t = null),
      typeof o != "function" && (o = null),
      ((e.__e || (e.__e = {}))[n] = t),
      (t && o) ||
        ((d = de[n] || (de[n] = kn(n))),
        ((e.__a || (e.__a = {}))[n] = ce),
        (i = n != (n = n.replace(Te, "$1"))),
        (n = n.slice(2))[0] < "a" && (n = n.toLowerCase()),
        t ? e.addEventListener(n, d, i) : e.removeEventListener(n, d, i)));
  else {
    if (a == "http://www.w3.org/2000/svg") n = n.replace(/xlink(H|:h)/, "h").replace(/sName$/, "s");
    else if (
      n != "width" &&
      n != "height" &&
      n != "href" &&
      n != "list" &&
      n != "form" &&
      n != "tabIndex" &&
      n != "download" &&
      n != "rowSpan" &&
      n != "colSpan" &&
      n != "role" &&
      n != "popover" &&
      n in e
    )
      try {
        return void (e[n] = t ?? "");
      } catch {}
    if (typeof t == "function") return;
    t == null || (t === !1 && n[4] != "-")
      ? e.removeAttribute(n)
      : e.setAttribute(n, n == "popover" && t == 1 ? "" : t);
  }
}
function kn(e) {
  return function (n) {
    var t = this.__e;
    if (t) {
      if (((t = t[e]), n[G] == null)) n[G] = ce++;
      else if (n[G] < this.__a[e]) return;
      return t(v.event ? v.event(n) : n);
    }
  };
}
function ue(e, n, t, o, a, i, d, s, p, u) {
  var c,
    h,
    y,
    l,
    _,
    S,
    x,
    b,
    f,
    w,
    k,
    q,
    K,
    m,
    g,
    M,
    P,
    $,
    H = n.type;
  if (n.constructor !== I) return null;
  (128 & t.__u &&
    ((p = 32 & t.__u), (c = t.__c.__z)) &&
    ((n.__u |= p), (h = i = []), c.nodeType == 8 ? (s = Z(c, i)) : i.push(c), (s = i[0] || s)),
    (c = v.__b) && c(n));
  e: if (typeof H == "function") {
    y = d.length;
    try {
      if (
        ((b = n.props),
        (f = (c = H.prototype) && c.render),
        (w = (c = H.contextType) && o[c.__c]),
        (k = c ? (w ? w.props.value : c.__) : o),
        (l = t.__c)
          ? ((n.__c = l), 2 & l.__g && (l.__g |= 1))
          : (f ? (n.__c = l = new H(b, k)) : ((n.__c = l = new Q(b, k)), (l.constructor = H), (l.render = En)),
            w && w.sub(l),
            l.state || (l.state = {}),
            (l.__n = o),
            (l.__g |= 8),
            (l.__h = []),
            (l.__k = [])),
        f &&
          (l.__s || (l.__s = l.state),
          H.getDerivedStateFromProps &&
            (l.__s == l.state && (l.__s = U({}, l.__s)), U(l.__s, H.getDerivedStateFromProps(b, l.__s)))),
        (_ = l.props),
        (S = l.state),
        (l.__v = n),
        t.__c)
      ) {
        if (
          (b !== _ &&
            f &&
            !H.getDerivedStateFromProps &&
            l.componentWillReceiveProps &&
            l.componentWillReceiveProps(b, k),
          (n.__v == t.__v && !(8 & l.__g)) ||
            (!(4 & l.__g) && l.shouldComponentUpdate && l.shouldComponentUpdate(b, l.__s, k) === !1))
        ) {
          (n.__v != t.__v && ((l.props = b), (l.state = l.__s), (l.__g &= -9)),
            (n.__e = t.__e),
            (n.__k = t.__k),
            n.__k.some(function (L) {
              L && (L.__ = n);
            }),
            te.push.apply(l.__h, l.__k),
            (l.__k = []),
            l.__h.length && d.push(l),
            (s = N(t)));
          break e;
        }
        (l.componentWillUpdate && l.componentWillUpdate(b, l.__s, k),
          f &&
            l.componentDidUpdate &&
            l.__h.push(function () {
              l.componentDidUpdate(_, S, x);
            }));
      } else
        (f && !H.getDerivedStateFromProps && l.componentWillMount && l.componentWillMount(),
          f && l.componentDidMount && l.__h.push(l.componentDidMount));
      ((l.context = k), (l.props = b), (l.__P = e), (l.__g &= -5), (q = v.__r), (K = f ? 25 : 0));
      do ((l.__g &= -9), q && q(n), (c = l.render(l.props, (l.state = l.__s), l.context)));
      while (8 & l.__g && ++K < 25);
      (f && (te.push.apply(l.__h, l.__k), (l.__k = [])),
        (l.state = l.__s),
        l.getChildContext && (o = U({}, o, l.getChildContext())),
        f && t.__c && l.getSnapshotBeforeUpdate && (x = l.getSnapshotBeforeUpdate(_, S)),
        (m = c && c.type === T && c.key == null ? c.props.children : c),
        b.__P &&
          ((c = s),
          (a = (e = b.__P).namespaceURI),
          (p = i = null),
          t.props &&
            t.props.__P != e &&
            (t.__k.some(function (L) {
              L && fe(L, L);
            }),
            (t.__k = null)),
          (s = t.__k ? N(t, 0) : null)),
        (s = He(e, pe(m) ? m : [m], n, t, o, a, i, d, s, p, u)),
        b.__P && ((n.__e = null), (s = c)),
        (n.__u &= -161),
        h && h.some(R),
        l.__h.length && d.push(l),
        1 & l.__g && (l.__g &= -4));
    } catch (L) {
      if (((d.length = y), (n.__v = null), p || i))
        if (L && L.then) {
          if (((n.__u |= 128 | p), i)) {
            for (~(P = i.indexOf(s || void 0)) || (P = i.length); ($ = i[P - 1]) && $.nodeType == 8;) P--;
            for (; P < i.length; P++)
              if (($ = i[P]))
                if (((i[P] = null), g)) {
                  if ($ == M) break;
                } else {
                  if ($.nodeType != 8) break;
                  $.data.startsWith("$s") && (M = Z((g = $)));
                }
          }
          if (!g) {
            for (; s && s.nodeType == 8 && s.nextSibling;) s = s.nextSibling;
            g = s;
          }
          ((c = Z((g = n.__c.__z || (n.__c.__z = g)))) ? ((n.__e = g), (s = c)) : (n.__e = s),
            (s = s && s.nextSibling));
        } else i && i.some(R);
      else n.__e = t.__e;
      (n.__k || (n.__k = t.__k || []), (L && L.then) || Ae(n), v.__e(L, n, t));
    }
  } else s = n.__e = Sn(t.__e, n, t, o, a, i, d, p, u, e);
  return ((c = v.diffed) && c(n), s);
}
function Z(e, n) {
  if (e && e.nodeType == 8 && e.data.startsWith("$s"))
    for (var t = 1; (e = e.nextSibling);) {
      if (e.nodeType == 8) {
        if (e.data.startsWith("$s")) t++;
        else if (e.data.startsWith("/$s") && !--t) return e;
      }
      n && n.push(e);
    }
}
function Ae(e) {
  e && (e.__c && (e.__c.__g |= 4), e.__k && e.__k.some(Ae));
}
function Je(e, n, t) {
  for (var o = 0; o < t.length;) _e(t[o++], t[o++], t[o++]);
  (v.__c && v.__c(n, e),
    e.some(function (a) {
      try {
        ((e = a.__h),
          (a.__h = []),
          e.some(function (i) {
            i.call(a);
          }));
      } catch (i) {
        v.__e(i, a.__v);
      }
    }));
}
function Sn(e, n, t, o, a, i, d, s, p, u) {
  var c,
    h,
    y,
    l,
    _,
    S,
    x,
    b,
    f = t.props || ne,
    w = n.props,
    k = n.type;
  if (
    (k == "svg"
      ? (a = "http://www.w3.org/2000/svg")
      : k == "math"
        ? (a = "http://www.w3.org/1998/Math/MathML")
        : a || (a = "http://www.w3.org/1999/xhtml"),
    i)
  ) {
    for (c = 0; c < i.length; c++)
      if ((_ = i[c]) && (k ? _.localName == k : _.nodeType == 3)) {
        ((e = _), (i[c] = null));
        break;
      }
  }
  if (!e) {
    if (((b = u.ownerDocument || document), !k)) return b.createTextNode(w);
    ((e = b.createElementNS(a, k, w.is ? w : u)), s && (v.__m && v.__m(n, i), (s = !1)), (i = null));
  }
  if (k) {
    if (
      ((u = (k == "template" && e.content) || e),
      (i = k == "textarea" && w.defaultValue != null ? null : i && Le.call(u.childNodes)),
      !s && i)
    )
      for (f = {}, c = 0; c < e.attributes.length; c++) f[(_ = e.attributes[c]).name] = _.value;
    for (c in f)
      ((_ = f[c]),
        c == "dangerouslySetInnerHTML"
          ? (y = _)
          : c == "children" ||
            c in w ||
            (c == "value" && "defaultValue" in w) ||
            (c == "checked" && "defaultChecked" in w) ||
            j(e, c, null, _, a));
    for (c in w)
      ((_ = w[c]),
        c == "children"
          ? (l = _)
          : c == "dangerouslySetInnerHTML"
            ? (h = _)
            : c == "value"
              ? (S = _)
              : c == "checked"
                ? (x = _)
                : (s && typeof _ != "function") || f[c] === _ || j(e, c, _, f[c], a));
    (h
      ? (s || (y && (h.__html == y.__html || h.__html == e.innerHTML)) || (e.innerHTML = h.__html), (n.__k = []))
      : (y && (e.textContent = ""),
        (k == "foreignObject" || (a == "http://www.w3.org/1998/Math/MathML" && yn.test(k))) &&
          (a = "http://www.w3.org/1999/xhtml"),
        He(u, pe(l) ? l : [l], n, t, o, a, i, d, i ? i[0] : t.__k && N(t, 0), s, p),
        i && i.some(R)),
      (s && k != "textarea") ||
        ((c = "value"),
        k == "progress" && S == null
          ? e.removeAttribute(c)
          : S == null || (S === e[c] && (k != "progress" || S)) || j(e, c, S, f[c], a),
        (c = "checked"),
        x != null && x != e[c] && j(e, c, x, f[c], a)));
  } else f === w || (s && e.data == w) || (e.data = w);
  return e;
}
function _e(e, n, t, o) {
  try {
    typeof e == "function"
      ? n
        ? (n.__x = e(n) || 1)
        : o && (o = o.__c || o.__e) && (n = o.__x) && ((o.__x = null), typeof n == "function" ? n() : e(null))
      : (e.current = n);
  } catch (a) {
    v.__e(a, t);
  }
}
function fe(e, n, t) {
  var o, a, i, d;
  if (
    (v.unmount && v.unmount(e), !(o = e.ref) || (o.current && o.current != e.__e) || _e(o, null, n, e), (o = e.__c))
  ) {
    if (o.componentWillUnmount)
      try {
        o.componentWillUnmount();
      } catch (s) {
        v.__e(s, n);
      }
    o.__P = o.__n = null;
  }
  if ((o = e.__k))
    for (d = 0; d < o.length; d++) o[d] && fe(o[d], n, typeof e.type != "function" || (t && !e.props.__P));
  (!t && (o = e.__c) && (o = o.__z) && (a = Z(o, (i = []))) && (o == e.__e && i.some(R), R(a), R(o)),
    t || R(e.__e),
    (e.__e = e.__c = e.__ = null));
}
function En(e, n, t) {
  return this.constructor(e, t);
}
function Ne(e, n) {
  var t, o, a, i;
  (v.__ && v.__(e, n),
    n.nodeType == 9 && (n = n.documentElement),
    (o = (t = e && 32 & e.__u) ? null : n.__k),
    (n.__k = Y(T, { children: [e] })),
    (a = []),
    (i = []),
    ue(
      n,
      n.__k,
      o || ne,
      ne,
      n.namespaceURI,
      o ? null : n.firstChild ? Le.call(n.childNodes) : null,
      a,
      o ? o.__e : n.firstChild,
      t,
      i,
    ),
    Je(a, n.__k, i),
    (n.__k.props.children = null));
}
((v = {
  __e: function (e, n, t, o) {
    for (var a, i, d; (n = n.__);)
      if ((a = n.__c) && !(1 & a.__g)) {
        a.__g |= 4;
        try {
          if (
            ((d = (i = a.constructor) && i.getDerivedStateFromError) && a.setState(i.getDerivedStateFromError(e)),
            a.componentDidCatch && (a.componentDidCatch(e, o || {}), (d = 1)),
            d && 8 & a.__g)
          )
            return void (a.__g |= 2);
        } catch (s) {
          e = s;
        }
      }
    throw ((ee = 0), e);
  },
}),
  (Ce = 0),
  (gn = function (e) {
    return e != null && e.constructor === I;
  }),
  (Q.prototype.setState = function (e, n) {
    var t = this.__s;
    ((t && t != this.state) || (t = this.__s = U({}, this.state)),
      typeof e == "function" && (e = e(U({}, t), this.props)),
      e && (U(t, e), this.__v && (n && this.__k.push(n), Se(this))));
  }),
  (Q.prototype.forceUpdate = function (e) {
    this.__v && ((this.__g |= 4), e && this.__h.push(e), Se(this));
  }),
  (Q.prototype.render = T),
  (J = []),
  (ee = 0),
  (Pe = function (e, n) {
    return e.__v.__b - n.__v.__b;
  }),
  (G = Symbol()),
  (Te = /(PointerCapture)$|Capture$/i),
  (ce = 0),
  (de = {}),
  (xn = 0));
var V,
  C,
  he,
  Xe,
  me = Object.is,
  W = 0,
  Ve = [],
  ge = [],
  E = v,
  qe = E.__b,
  Re = E.__r,
  Ue = E.diffed,
  ze = E.__c,
  Be = E.unmount,
  Fe = E.__;
function ye(e, n) {
  (E.__h && E.__h(C, e, W || n), (W = 0));
  var t = C.__H || (C.__H = { __: [], __h: [] });
  return (e >= t.__.length && t.__.push({}), t.__[e]);
}
function D(e) {
  return ((W = 1), Cn(je, e));
}
function Cn(e, n, t) {
  var o = ye(V++, 2);
  if (
    ((o.t = e),
    !o.__c &&
      ((o.__ = [
        t ? t(n) : je(void 0, n),
        function (i) {
          var d = (o.__N || o.__)[0],
            s = o.t(d, i);
          me(d, s) || ((o.__N = [s, o.__[1]]), o.__c.setState({}));
        },
      ]),
      (o.__c = C),
      !C.__f))
  ) {
    C.__f = !0;
    var a = C.shouldComponentUpdate;
    C.shouldComponentUpdate = function (i, d, s) {
      var p = this.__H;
      if (!p) return !0;
      var u = !1,
        c = this.props != i;
      if (
        (p.__.some(function (y) {
          y.__N && ((u = !0), me(y.__[0], y.__N[0]) || (c = !0));
        }),
        a)
      ) {
        var h = a.call(this, i, d, s);
        return u ? h || c : h;
      }
      return !u || c;
    };
  }
  return o.__;
}
function z(e, n) {
  var t = ye(V++, 3);
  !E.__s && Ke(t.__H, n) && ((t.__P = !0), (t.__ = e), (t.u = n), C.__H.__h.push(t));
}
function X(e) {
  return (
    (W = 5),
    We(function () {
      return { current: e };
    }, [])
  );
}
function We(e, n) {
  var t = ye(V++, 7);
  return (Ke(t.__H, n) && ((t.__ = e()), (t.__H = n)), t.__);
}
function oe(e, n) {
  return (
    (W = 8),
    We(function () {
      return e;
    }, n)
  );
}
function Pn() {
  var e;
  do {
    for (; (e = ge.shift());)
      try {
        O(e);
      } catch (t) {
        E.__e(t, { __: (e = e.__P) && e.__v });
      }
    for (; (e = Ve.shift());) {
      var n = e.__H;
      if (e.__P && n)
        try {
          (n.__h.some(O), n.__h.some(xe), (n.__h = []));
        } catch (t) {
          ((n.__h = []), E.__e(t, e.__v));
        }
    }
  } while (ge.length);
}
((E.__b = function (e) {
  ((C = null), qe && qe(e));
}),
  (E.__ = function (e, n) {
    (e && n.__k && n.__k.__m && (e.__m = n.__k.__m), Fe && Fe(e, n));
  }),
  (E.__r = function (e) {
    (Re && Re(e), (V = 0));
    var n = (C = e.__c).__H;
    (n &&
      (he == C ? (C.__h = []) : (n.__h.some(O), n.__h.some(xe), (V = 0)),
      (n.__h = []),
      n.__.some(function (t) {
        (t.__N && (t.__ = t.__N), (t.u = t.__N = void 0));
      })),
      (he = C));
  }),
  (E.diffed = function (e) {
    Ue && Ue(e);
    var n = e.__c;
    (n &&
      n.__H &&
      (n.__H.__h.length && Oe(Ve.push(n)),
      n.__H.__.some(function (t) {
        t.u && (t.__H = t.u);
      })),
      (he = C = null));
  }),
  (E.__c = function (e, n) {
    (n.some(function (t) {
      try {
        (t.__h.some(O),
          (t.__h = t.__h.filter(function (o) {
            return !o.__ || xe(o);
          })));
      } catch (o) {
        t.__h = [
          function () {
            throw o;
          },
        ];
      }
    }),
      ze && ze(e, n));
  }),
  (E.unmount = function (e) {
    Be && Be(e);
    var n,
      t,
      o = e.__c;
    o &&
      o.__H &&
      (o.__H.__.some(function (a) {
        try {
          if (a.__P && a.__c) {
            if (t === void 0) {
              for (t = e.__; t && (!t.__c || !t.__c.__P);) t = t.__;
              t = t && t.__c;
            }
            ((a.__P = t), Oe(ge.push(a)));
          } else O(a);
        } catch (i) {
          n = i;
        }
      }),
      (o.__H = void 0),
      n && E.__e(n, o.__v));
  }));
var Ie = typeof requestAnimationFrame == "function";
function Tn(e) {
  var n,
    t = function () {
      (clearTimeout(o), Ie && cancelAnimationFrame(n), setTimeout(e));
    },
    o = setTimeout(t, 35);
  Ie && (n = requestAnimationFrame(t));
}
function Oe(e) {
  (e != 1 && Xe == E.requestAnimationFrame) || ((Xe = E.requestAnimationFrame) || Tn)(Pn);
}
function O(e) {
  var n = C,
    t = e.__c;
  (typeof t == "function" && ((e.__c = void 0), t()), (C = n));
}
function xe(e) {
  var n = C;
  ((e.__c = e.__()), (C = n));
}
function Ke(e, n) {
  return (
    !e ||
    e.length != n.length ||
    n.some(function (t, o) {
      return !me(t, e[o]);
    })
  );
}
function je(e, n) {
  return typeof n == "function" ? n(e) : n;
}
function Ye(e) {
  let n = new URL(e),
    { searchParams: t } = n;
  return {
    base: n.origin + n.pathname.replace(/\/toolbar\.js$/, ""),
    token: t.get("token") ?? "",
    exchange: t.get("exchange") ?? void 0,
    live: t.has("live"),
    page: t.has("page"),
  };
}
var Ge = 0;
async function Qe(e, n) {
  Ge += 1;
  let t = new URLSearchParams({ token: e.token, as: "module", n: String(Ge) });
  return (await import(`${e.base}/${n}?${t.toString()}`)).default;
}
async function Ze(e, n) {
  try {
    return await Qe(e, `exchanges/${n}`);
  } catch {
    return;
  }
}
async function en(e) {
  try {
    return await Qe(e, "exchanges");
  } catch {
    return;
  }
}
function nn(e, n, t) {
  let o,
    a = () => {
      document.visibilityState === "hidden"
        ? (o?.close(), (o = void 0))
        : o === void 0 &&
          e.live &&
          ((o = new EventSource(`${e.base}/events?${new URLSearchParams({ token: e.token }).toString()}`)),
          o.addEventListener("message", (d) => n(JSON.parse(d.data))));
    },
    i = () => {
      (a(), document.visibilityState === "visible" && t());
    };
  return (
    document.addEventListener("visibilitychange", i),
    a(),
    () => {
      (document.removeEventListener("visibilitychange", i), o?.close());
    }
  );
}
var Ln = Symbol.for("pv"),
  $n = 0;
function r(e, n, t, o, a, i) {
  n || (n = {});
  var d,
    s,
    p = n;
  if ("ref" in p && typeof e != "function") for (s in ((p = {}), n)) s == "ref" ? (d = n[s]) : (p[s] = n[s]);
  var u = {
    type: e,
    props: p,
    key: t,
    ref: d,
    __k: null,
    __: null,
    __b: 0,
    __e: null,
    __c: null,
    constructor: Ln,
    __v: --$n,
    __i: -1,
    __u: 0,
  };
  return ((a || i) && ((u.__source = a), (u.__self = i)), v.vnode && v.vnode(u), u);
}
var Mn = { ok: "\u2713", warn: "!", error: "\u2715", info: "i", key: "\u26BF", plain: "\u2013" },
  ve = { ok: "all is well", warn: "warning", error: "error", info: "note", key: "key", plain: "" };
function A({ tone: e }) {
  return r("span", {
    class: `sign ${e}`,
    role: "img",
    "aria-label": ve[e] === "" ? void 0 : ve[e],
    "aria-hidden": ve[e] === "" ? "true" : void 0,
    children: Mn[e],
  });
}
function re({ tone: e, status: n }) {
  return r("span", { class: `status ${e}`, children: [r(A, { tone: e }), n ?? "\u2026"] });
}
function ie() {
  return r("svg", {
    class: "mark",
    viewBox: "0 0 16 16",
    width: "14",
    height: "14",
    "aria-hidden": "true",
    fill: "none",
    stroke: "currentColor",
    "stroke-width": "1.6",
    "stroke-linecap": "round",
    children: [r("circle", { cx: "5", cy: "8", r: "3.1" }), r("path", { d: "M8.1 8h6.2M11.4 8v2.6M14.3 8v2" })],
  });
}
function be({ tone: e = "plain", children: n, title: t }) {
  return r("span", { class: `chip ${e}`, title: t, children: n });
}
function B(e) {
  return `${e < 10 ? e.toFixed(1) : Math.round(e).toLocaleString("en-US")} ms`;
}
function F(e) {
  return `${e} finding${e === 1 ? "" : "s"}`;
}
var we = 160;
function tn(e) {
  let {
      summary: n,
      redirect: t,
      page: o,
      height: a,
      standalone: i,
      onHeight: d,
      onSelect: s,
      onClose: p,
      children: u,
    } = e,
    c = Math.min(Math.max(a, we), Math.max(we, innerHeight - 40));
  return r("section", {
    class: o ? "drawer page" : "drawer",
    "aria-label": "Latchkey debug toolbar",
    style: o ? {} : { height: `${c}px` },
    children: [
      o ? null : r(Dn, { height: c, onHeight: d }),
      r("header", {
        children: [
          r("span", {
            class: "brand",
            title: "Latchkey",
            children: [r(ie, {}), r("span", { class: o ? "" : "hidden", children: "Latchkey" })],
          }),
          n === void 0 ? null : r(Hn, { summary: n }),
          t === void 0
            ? null
            : r("button", {
                type: "button",
                class: "link",
                onClick: () => s(t.id),
                title: "The request that redirected here",
                children: ["\u2190 ", t.status, " ", t.method, " ", t.path],
              }),
          r("span", { class: "space" }),
          o
            ? null
            : r(T, {
                children: [
                  r("a", { class: "link", href: i, target: "_blank", rel: "noopener", children: "All requests" }),
                  r("button", {
                    type: "button",
                    class: "close",
                    onClick: p,
                    "aria-label": "Close the toolbar (Escape)",
                    title: "Close (Esc)",
                    children: "\u2715",
                  }),
                ],
              }),
        ],
      }),
      r("div", { class: "body", children: u }),
    ],
  });
}
function Hn({ summary: e }) {
  return r("span", {
    class: "line",
    "aria-live": "polite",
    children: [
      r(re, { tone: e.tone, status: e.status }),
      r("span", { class: "method", children: e.method }),
      r("span", { class: "path mono", title: e.path, children: e.path }),
      r("span", { class: "ms", children: B(e.duration) }),
      e.findings > 0 ? r(be, { tone: e.tone, children: F(e.findings) }) : null,
      e.finished ? null : r(be, { children: "still running" }),
    ],
  });
}
function Dn({ height: e, onHeight: n }) {
  let t = X(void 0);
  return r("div", {
    class: "grip",
    role: "separator",
    "aria-orientation": "horizontal",
    "aria-label": "Height of the toolbar",
    "aria-valuenow": e,
    "aria-valuemin": we,
    "aria-valuemax": innerHeight - 40,
    tabIndex: 0,
    onKeyDown: (o) => {
      let a = o.key === "ArrowUp" ? 24 : o.key === "ArrowDown" ? -24 : 0;
      a !== 0 && (o.preventDefault(), n(e + a));
    },
    onPointerDown: (o) => {
      (o.currentTarget.setPointerCapture(o.pointerId), (t.current = { y: o.clientY, height: e }));
    },
    onPointerMove: (o) => {
      t.current !== void 0 && n(t.current.height + t.current.y - o.clientY);
    },
    onPointerUp: () => (t.current = void 0),
    onPointerCancel: () => (t.current = void 0),
  });
}
function on(e) {
  let { summary: n, lost: t, later: o, onOpen: a, element: i } = e;
  return r("button", {
    type: "button",
    ref: i,
    class: "handle",
    "aria-expanded": "false",
    "aria-keyshortcuts": "Alt+D",
    title: "Latchkey debug toolbar (Alt+D)",
    onClick: a,
    children: [
      r(ie, {}),
      r("span", { class: "hidden", children: "Open the debug toolbar: " }),
      n === void 0
        ? r("span", { class: "dim", children: t ? "! no record" : "\u2026" })
        : r(An, { summary: n, later: o }),
    ],
  });
}
function An({ summary: e, later: n }) {
  let t = e.tone === "error";
  return r(T, {
    children: [
      r(re, { tone: e.tone, status: e.status }),
      t
        ? r("span", { class: "path", children: [e.method, " ", e.path] })
        : r("span", { class: "ms", children: B(e.duration) }),
      e.findings > 0 ? r("span", { class: `words ${e.tone}`, children: F(e.findings) }) : null,
      n > 0
        ? r("span", { class: "later", title: `${n} later request${n === 1 ? "" : "s"}`, children: ["+", n] })
        : null,
    ],
  });
}
function an({ block: e }) {
  switch (e.kind) {
    case "verdict":
      return r(Jn, { block: e });
    case "numbers":
      return r(Nn, { block: e });
    case "pairs":
      return r(Xn, { block: e });
    case "table":
      return r(qn, { block: e });
    case "timeline":
      return r(Rn, { block: e });
    case "code":
      return r("section", { children: [r(ae, { text: e.title }), r("pre", { tabIndex: 0, children: e.text })] });
    case "text":
      return r("p", { class: "text", children: e.text });
    default:
      return r("p", { class: `note ${e.tone}`, children: [r(A, { tone: e.tone }), r("span", { children: e.text })] });
  }
}
function ae({ text: e }) {
  return e === void 0 ? null : r("h3", { children: e });
}
function Jn({ block: e }) {
  return r("div", {
    class: `verdict ${e.tone}`,
    children: [
      r(A, { tone: e.tone }),
      r("div", {
        children: [
          r("h3", { children: e.title }),
          e.text === void 0 ? null : r("p", { children: e.text }),
          e.hint === void 0 ? null : r("p", { class: "hint", children: e.hint }),
        ],
      }),
    ],
  });
}
function Nn({ block: e }) {
  return r("dl", {
    class: "numbers",
    children: e.items.map(({ value: n, unit: t, label: o, tone: a = "plain", meter: i }) =>
      r(
        "div",
        {
          class: a,
          children: [
            r("dd", { children: [n, t === void 0 ? null : r("small", { children: [" ", t] })] }),
            r("dt", { children: o }),
            i === void 0 ? null : r(ln, { ...i }),
          ],
        },
        o,
      ),
    ),
  });
}
function Xn({ block: e }) {
  return r("section", {
    children: [
      r(ae, { text: e.title }),
      r("dl", {
        class: "pairs",
        children: e.rows.map(({ name: n, value: t }) =>
          r("div", { children: [r("dt", { children: n }), r("dd", { children: r(sn, { cell: t }) })] }, n),
        ),
      }),
    ],
  });
}
function qn({ block: { title: e, columns: n, rows: t, empty: o } }) {
  return r("section", {
    children: [
      r(ae, { text: e }),
      t.length === 0
        ? r("p", { class: "empty", children: o ?? "Nothing." })
        : r("table", {
            children: [
              r("thead", {
                children: r("tr", {
                  children: n.map((a, i) => r("th", { scope: "col", class: rn(a), children: a.title }, i)),
                }),
              }),
              r("tbody", {
                children: t.map((a, i) =>
                  r(
                    "tr",
                    {
                      children: ("cells" in a ? a.cells : a).map((d, s) =>
                        r("td", { class: rn(n[s]), children: r(sn, { cell: d }) }, s),
                      ),
                    },
                    i,
                  ),
                ),
              }),
            ],
          }),
    ],
  });
}
function rn(e) {
  return `${e?.align ?? ""} ${e?.grow === !0 ? "grow" : ""}`.trim();
}
function sn({ cell: e }) {
  return typeof e == "string" || typeof e == "number"
    ? r(T, { children: typeof e == "number" ? e.toLocaleString("en-US") : e })
    : r(T, {
        children: [
          r("span", { class: `${e.mono === !0 ? "mono" : ""} ${e.tone ?? ""}`, children: e.text }),
          e.meter === void 0 ? null : r(ln, { ...e.meter }),
          e.detail === void 0 ? null : r("span", { class: "detail", children: e.detail }),
        ],
      });
}
function ln({ value: e, of: n }) {
  let t = n > 0 ? e / n : 0,
    o = t > 1 ? "error" : t > 0.85 ? "warn" : "";
  return r("span", {
    class: `meter ${o}`,
    "aria-hidden": "true",
    children: r("span", { style: { width: `${Math.min(100, Math.max(1, t * 100))}%` } }),
  });
}
function Rn({ block: { title: e, total: n, rows: t } }) {
  let o = (a) => `${n > 0 ? Math.min(100, (a / n) * 100) : 0}%`;
  return r("section", {
    children: [
      r(ae, { text: e }),
      r("ol", {
        class: "timeline",
        children: t.map(({ label: a, start: i, duration: d, tone: s = "plain", detail: p }, u) =>
          r(
            "li",
            {
              children: [
                r("span", {
                  class: "label",
                  children: [a, p === void 0 ? null : r("span", { class: "detail", children: p })],
                }),
                r("span", {
                  class: "track",
                  "aria-hidden": "true",
                  children: r("span", {
                    class: `${d > 0 ? "bar" : "moment"} ${s}`,
                    style: d > 0 ? { left: o(i), width: `max(2px, ${o(d)})` } : { left: o(i) },
                  }),
                }),
                r("span", { class: "time", children: d > 0 ? `${d.toFixed(1)} ms` : `at ${i.toFixed(1)} ms` }),
              ],
            },
            u,
          ),
        ),
      }),
    ],
  });
}
function dn(e) {
  let { page: n, chosen: t, onChoose: o } = e,
    a = X(null),
    i = n.panels.find(({ id: s }) => s === t) ?? n.panels[0];
  return r("div", {
    class: "detail-side",
    children: [
      r("div", {
        class: "tabs",
        role: "tablist",
        "aria-label": "Panels",
        ref: a,
        onKeyDown: (s) => {
          let p = n.panels.findIndex(({ id: y }) => y === i?.id),
            u = n.panels.length - 1,
            c = { ArrowRight: p === u ? 0 : p + 1, ArrowLeft: p === 0 ? u : p - 1, Home: 0, End: u }[s.key],
            h = c === void 0 ? void 0 : n.panels[c];
          h !== void 0 && (s.preventDefault(), o(h.id), a.current?.querySelector(`#tab-${h.id}`)?.focus());
        },
        children: n.panels.map((s) => r(Un, { panel: s, selected: s.id === i?.id, onChoose: o }, s.id)),
      }),
      i === void 0
        ? null
        : r("div", {
            class: "panel",
            role: "tabpanel",
            id: "panel",
            "aria-labelledby": `tab-${i.id}`,
            tabIndex: 0,
            children: [
              i.findings.length === 0 || i.blocks[0]?.kind === "verdict" ? null : r(zn, { panel: i }),
              i.blocks.map((s, p) => r(an, { block: s }, `${i.id} ${p}`)),
            ],
          }),
    ],
  });
}
function Un({ panel: e, selected: n, onChoose: t }) {
  let o = e.findings.some(({ tone: a }) => a === "error") ? "error" : e.findings.length > 0 ? "warn" : void 0;
  return r("button", {
    type: "button",
    role: "tab",
    id: `tab-${e.id}`,
    "aria-selected": n,
    "aria-controls": "panel",
    tabIndex: n ? 0 : -1,
    onClick: () => t(e.id),
    children: [
      o === void 0 ? null : r(A, { tone: o }),
      e.title,
      e.subtitle === void 0 ? null : r("span", { class: "subtitle", children: e.subtitle }),
    ],
  });
}
function zn({ panel: e }) {
  return r("ul", {
    class: "findings",
    children: e.findings.map(({ tone: n, text: t }) =>
      r("li", { class: `note ${n}`, children: [r(A, { tone: n }), r("span", { children: t })] }, t),
    ),
  });
}
var cn = "latchkey-toolbar";
function pn() {
  let e = { open: !1, height: Math.round(innerHeight * 0.45), panel: "session" };
  try {
    let n = JSON.parse(localStorage.getItem(cn) ?? "{}");
    return {
      open: n.open === !0,
      height: typeof n.height == "number" ? n.height : e.height,
      panel: typeof n.panel == "string" ? n.panel : e.panel,
    };
  } catch {
    return e;
  }
}
function un(e) {
  try {
    localStorage.setItem(cn, JSON.stringify(e));
  } catch {}
}
function _n(e) {
  let { exchanges: n, capacity: t, selected: o, own: a, onSelect: i } = e,
    [d, s] = D(""),
    p = d.toLowerCase().split(/\s+/).filter(Boolean),
    u = Bn(
      n.filter((c) => p.every((h) => Fn(c).includes(h))),
      o,
      a,
    );
  return r("nav", {
    class: "list",
    "aria-label": "Requests",
    children: [
      r("label", {
        class: "filter",
        children: [
          r("span", { class: "hidden", children: "Filter requests" }),
          r("input", {
            type: "search",
            placeholder: "Filter: path, status, session",
            value: d,
            onInput: (c) => s(c.currentTarget.value),
          }),
          r("span", {
            class: "count",
            title: `The list shows the last ${t} requests of this server`,
            children: n.length,
          }),
        ],
      }),
      r("ol", {
        onKeyDown: On,
        children: u.map(({ newest: c, count: h }) =>
          r(
            "li",
            {
              children: r("button", {
                type: "button",
                class: "row",
                "aria-current": c.id === o ? "true" : void 0,
                onClick: () => i(c.id),
                children: [
                  r(A, { tone: c.tone }),
                  r("span", { class: "code", children: c.status ?? "\u2026" }),
                  r("span", { class: "method", children: c.method }),
                  r("span", { class: "path", title: c.path, children: c.path }),
                  h > 1 ? r("span", { class: "times", children: ["\xD7", h] }) : null,
                  r("span", { class: "ms", children: B(c.duration) }),
                  r("span", {
                    class: "sub",
                    children: [
                      c.id === a ? "this page" : In(c.startedAt),
                      c.session === void 0 || c.session === "not used" ? "" : ` \xB7 session ${c.session}`,
                      c.findings > 0 ? ` \xB7 ${F(c.findings)}` : "",
                    ],
                  }),
                ],
              }),
            },
            c.id,
          ),
        ),
      }),
      u.length === 0
        ? r("p", {
            class: "empty",
            children: n.length === 0 ? "No request has been recorded yet." : "No request matches the filter.",
          })
        : null,
    ],
  });
}
function Bn(e, ...n) {
  let t = [];
  for (let o of e) {
    let a = t.at(-1);
    a !== void 0 &&
    ["method", "path", "status", "tone", "session"].every((d) => a.newest[d] === o[d]) &&
    !n.includes(o.id) &&
    !n.includes(a.newest.id)
      ? (t[t.length - 1] = { newest: a.newest, count: a.count + 1 })
      : t.push({ newest: o, count: 1 });
  }
  return t;
}
function Fn({ method: e, path: n, status: t, session: o }) {
  return `${e} ${n} ${t ?? ""} ${o ?? ""}`.toLowerCase();
}
function In(e) {
  return new Date(e * 1e3).toLocaleTimeString("en-GB");
}
function On(e) {
  let n = e.key === "ArrowDown" ? 1 : e.key === "ArrowUp" ? -1 : 0;
  if (n === 0) return;
  let t = [...e.currentTarget.querySelectorAll("button")],
    o = t.findIndex((a) => a.matches(":focus"));
  (t[o + n]?.focus(), e.preventDefault());
}
var fn = { after: 400, times: 20 },
  Vn = 500;
function hn({ parameters: e }) {
  let [n, t] = D(pn),
    [o, a] = D({ exchanges: [], capacity: 0 }),
    [i, d] = D(e.exchange),
    [s, p] = D(),
    [u, c] = D(!1),
    [h, y] = D(),
    l = X(null),
    _ = X(null),
    S = e.page || n.open,
    x = oe(async () => {
      let m = await en(e);
      m !== void 0 && (a(m), d((g) => g ?? m.exchanges[0]?.id));
    }, [e]);
  (z(() => {
    let m = (g) => {
      (a((M) => ({ ...M, exchanges: [g, ...M.exchanges.filter(({ id: P }) => P !== g.id)].slice(0, Vn) })),
        d((M) => M ?? g.id));
    };
    return (
      x(),
      nn(e, m, () => {
        x();
      })
    );
  }, [e, x]),
    z(() => {
      if (i === void 0) return;
      let m = fn.times,
        g,
        M = !1,
        P = async () => {
          let $ = await Ze(e, i);
          M ||
            (c($ === void 0),
            p($),
            $?.summary.finished === !1 &&
              m-- > 0 &&
              (g = setTimeout(() => {
                P();
              }, fn.after)));
        };
      return (
        P(),
        () => {
          ((M = !0), clearTimeout(g));
        }
      );
    }, [e, i]),
    z(() => un(n), [n]));
  let b = oe((m) => t((g) => ({ ...g, open: m })), []),
    f = X(!1);
  z(() => {
    f.current &&
      ((f.current = !1),
      S ? l.current?.querySelector('[role="tab"][aria-selected="true"]')?.focus() : _.current?.focus());
  }, [S]);
  let w = oe(
    (m) => {
      ((f.current = !0), b(m));
    },
    [b],
  );
  z(() => {
    let m = (g) => {
      e.page ||
        !g.altKey ||
        g.ctrlKey ||
        g.metaKey ||
        g.shiftKey ||
        g.code !== "KeyD" ||
        (g.key.toLowerCase() !== "d" && jn(g.target)) ||
        (g.preventDefault(), w(!n.open));
    };
    return (addEventListener("keydown", m), () => removeEventListener("keydown", m));
  }, [e, n.open, w]);
  let k = (m) => {
      (y(m), t((g) => ({ ...g, panel: m })));
    },
    q = o.exchanges.find(({ id: m }) => m === e.exchange) ?? (s?.summary.id === e.exchange ? s?.summary : void 0);
  if (!S) {
    let m = q === void 0 ? 0 : o.exchanges.filter(({ sequence: g }) => g > q.sequence).length;
    return r("div", {
      ref: l,
      children: r(on, { summary: q ?? s?.summary, lost: u, later: m, onOpen: () => w(!0), element: _ }),
    });
  }
  let K = o.exchanges.find(({ id: m }) => m === s?.summary.redirectedFrom);
  return r("div", {
    ref: l,
    onKeyDown: (m) => {
      m.key === "Escape" && !e.page && (m.stopPropagation(), w(!1));
    },
    children: r(tn, {
      summary: s?.summary,
      redirect: K,
      page: e.page,
      height: n.height,
      standalone: `${e.base}/`,
      onHeight: (m) => t((g) => ({ ...g, height: m })),
      onSelect: d,
      onClose: () => w(!1),
      children: [
        r(_n, { exchanges: o.exchanges, capacity: o.capacity, selected: i, own: e.exchange, onSelect: d }),
        s === void 0
          ? r(Kn, { lost: u, empty: i === void 0 })
          : r(dn, { page: s, chosen: h ?? Wn(s) ?? n.panel, onChoose: k }),
      ],
    }),
  });
}
function Wn({ panels: e }) {
  return e.find(({ findings: n }) => n.some(({ tone: t }) => t === "error"))?.id;
}
function Kn({ lost: e, empty: n }) {
  return r("div", {
    class: "detail-side",
    children: r("div", {
      class: "panel",
      children: r("p", {
        class: "empty",
        children: n
          ? "Waiting for the first request."
          : e
            ? "The server no longer has this request: it was restarted, or newer requests have replaced it. Load the page again."
            : "Loading\u2026",
      }),
    }),
  });
}
function jn(e) {
  return e instanceof HTMLElement && (e.isContentEditable || /^(?:input|textarea|select)$/i.test(e.tagName));
}
var mn = `
:host {
  all: initial !important;
  --bg: #f7f8fa; --panel: #fff; --line: #dfe3ea; --soft: #eef0f4; --text: #1b1f27; --dim: #5a6372;
  --ok: #146c43; --warn: #8a5a00; --error: #b42318; --info: #0b5cad; --key: #6b3fb5;
  --shadow: 0 1px 2px rgb(20 24 32 / .08), 0 8px 28px rgb(20 24 32 / .16);
  --mono: ui-monospace, "SF Mono", "Cascadia Code", Menlo, Consolas, "DejaVu Sans Mono", monospace;
  display: block !important; position: fixed !important; inset: auto 0 0 0 !important; height: 0 !important;
  z-index: 2147483647 !important; color-scheme: light dark !important;
}
@media (prefers-color-scheme: dark) {
  :host {
    --bg: #16181d; --panel: #1c1f26; --line: #2c313b; --soft: #242832; --text: #e6e8ec; --dim: #a3aab8;
    --ok: #4cc38a; --warn: #f0b429; --error: #ff7b72; --info: #6cb6ff; --key: #c4a7ff;
    --shadow: 0 1px 2px rgb(0 0 0 / .4), 0 10px 32px rgb(0 0 0 / .5);
  }
}
@media print { :host { display: none !important } }

*, *::before, *::after { box-sizing: border-box; margin: 0; padding: 0 }
div, section, button, input { font: 13px/20px system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "Liberation Sans", sans-serif; color: var(--text); font-variant-numeric: tabular-nums; text-align: start }
button { background: none; border: 0; cursor: pointer }
ol, ul { list-style: none }
:focus-visible { outline: 2px solid var(--key); outline-offset: -2px; border-radius: 4px }
.hidden { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap }
.mono, .code-text, pre { font-family: var(--mono); font-size: 12px }
.dim, .ms, .sub, .detail, .subtitle, .count { color: var(--dim) }
.ok { color: var(--ok) } .warn { color: var(--warn) } .error { color: var(--error) } .info { color: var(--info) } .key { color: var(--key) }

.sign { display: inline-grid; place-items: center; flex: none; width: 16px; height: 16px; border-radius: 50%; font: 700 10px/1 system-ui, sans-serif; border: 1.5px solid currentColor }
.sign.plain { color: var(--dim) }
.sign.warn { border-radius: 4px } .sign.error { border-radius: 2px; background: var(--error); border-color: var(--error); color: var(--panel) }
.status { display: inline-flex; align-items: center; gap: 6px; font-weight: 600 }
.mark { flex: none; color: var(--key) }
.chip { padding: 0 7px; border-radius: 9px; line-height: 18px; font-size: 12px; border: 1px solid currentColor }
.chip.plain { color: var(--dim) }

.handle { position: fixed; right: 12px; bottom: 12px; display: inline-flex; align-items: center; gap: 8px; height: 28px; max-width: calc(100vw - 24px); padding: 0 11px 0 9px;
  background: var(--panel); border: 1px solid var(--line); border-radius: 14px; box-shadow: var(--shadow); white-space: nowrap; transition: border-color .12s, transform .12s }
.handle:hover { border-color: var(--key); transform: translateY(-1px) }
.handle:focus-visible { outline-offset: 1px; border-radius: 14px }
.handle .path { max-width: 260px; overflow: hidden; text-overflow: ellipsis }
.handle .later { padding: 0 6px; border-radius: 8px; background: var(--soft); font-size: 12px; line-height: 18px }

.drawer { position: fixed; inset: auto 0 0 0; display: grid; grid-template-rows: 36px minmax(0, 1fr); background: var(--bg); border-top: 1px solid var(--line); box-shadow: var(--shadow) }
.drawer.page { inset: 0; grid-template-rows: 44px minmax(0, 1fr); box-shadow: none; border: 0 }
.drawer.page .body { grid-template-columns: minmax(240px, 340px) minmax(0, 1fr) }
.grip { position: absolute; inset: -4px 0 auto 0; height: 8px; cursor: ns-resize; touch-action: none; z-index: 1 }
.grip:hover::after, .grip:focus-visible::after { content: ""; position: absolute; inset: 3px 0 auto 0; height: 2px; background: var(--key) }
.grip:focus-visible { outline: none }
header { display: flex; align-items: center; gap: 12px; min-width: 0; padding: 0 6px 0 12px; background: var(--panel); border-bottom: 1px solid var(--line) }
.brand { display: inline-flex; align-items: center; gap: 7px; font-weight: 600 }
.line { display: inline-flex; align-items: center; gap: 10px; min-width: 0 }
.line .path { overflow: hidden; text-overflow: ellipsis; white-space: nowrap }
.method { font-weight: 600; font-size: 12px }
.space { flex: 1 }
.link { flex: none; max-width: 280px; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; padding: 2px 8px; border-radius: 6px; color: var(--info); text-decoration: none; font-size: 12px }
.link:hover { background: var(--soft) }
.close { flex: none; width: 28px; height: 28px; border-radius: 6px; text-align: center; color: var(--dim) }
.close:hover { background: var(--soft); color: var(--text) }
.body { display: grid; grid-template-columns: minmax(200px, 280px) minmax(0, 1fr); min-height: 0 }

.list { display: flex; flex-direction: column; min-height: 0; border-right: 1px solid var(--line) }
.list ol { overflow: auto; overscroll-behavior: contain; padding: 4px 6px 8px }
.filter { display: flex; align-items: center; gap: 8px; height: 36px; flex: none; padding: 0 12px 0 8px; border-bottom: 1px solid var(--line) }
.filter input { flex: 1; min-width: 0; height: 26px; padding: 0 6px; background: none; border: 0; appearance: none; border-radius: 4px }
.filter input::placeholder { color: var(--dim); opacity: 1 }
.count { font-size: 12px }
.row { display: flex; flex-wrap: wrap; align-items: center; column-gap: 7px; width: 100%; padding: 4px 8px; border-radius: 6px }
.row:hover { background: var(--soft) }
.row[aria-current] { background: color-mix(in srgb, var(--key) 11%, var(--bg)) }
.row .path { flex: 1; min-width: 0; overflow: hidden; text-overflow: ellipsis; white-space: nowrap }
.row .ms, .row .times { font-size: 12px }
.row .times { padding: 0 5px; border-radius: 7px; background: var(--soft); line-height: 16px }
.row .sub { flex: 0 0 calc(100% - 23px); margin-left: 23px; font-size: 11.5px; line-height: 16px; overflow: hidden; text-overflow: ellipsis; white-space: nowrap }

.detail-side { display: flex; flex-direction: column; min-width: 0; min-height: 0; background: var(--panel) }
.tabs { display: flex; flex: none; gap: 2px; height: 36px; padding: 0 10px; overflow-x: auto; scrollbar-width: none; border-bottom: 1px solid var(--line) }
.tabs button { display: inline-flex; align-items: center; gap: 7px; flex: none; padding: 0 10px; color: var(--dim); border-bottom: 2px solid transparent; margin-bottom: -1px; white-space: nowrap }
.tabs button:hover { color: var(--text) }
.tabs button[aria-selected="true"] { color: var(--text); font-weight: 600; border-bottom-color: var(--key) }
.tabs button:focus-visible { outline-offset: -5px; border-radius: 0 }
.tabs .subtitle { font-weight: 400; font-size: 12px }
.panel { flex: 1; min-height: 0; overflow: auto; overscroll-behavior: contain; padding: 14px 18px 24px }
.panel > * + * { margin-top: 18px }
h3 { font-size: 12px; line-height: 18px; font-weight: 600; margin-bottom: 6px }
.text, .empty { color: var(--dim); max-width: 90ch }
.list .empty { padding: 12px }

.verdict { display: flex; gap: 12px; padding: 12px 14px; border-radius: 8px; background: color-mix(in srgb, currentColor 8%, var(--panel)); border: 1px solid color-mix(in srgb, currentColor 28%, var(--panel)) }
.verdict.plain { color: var(--dim) }
.verdict > .sign { width: 20px; height: 20px; font-size: 12px; margin-top: 1px }
.verdict h3 { font-size: 15px; line-height: 22px; margin: 0; color: inherit }
.verdict.plain h3 { color: var(--text) }
.verdict p { color: var(--text); max-width: 90ch }
.verdict .hint { margin-top: 4px; color: var(--dim) }
.verdict .hint::before { content: "\u2192 " }
.note { display: flex; gap: 8px; align-items: flex-start; max-width: 110ch }
.note .sign { margin-top: 2px } .note > span:last-child { color: var(--text) }
.findings { display: grid; gap: 6px; padding: 10px 12px; border-radius: 8px; background: var(--bg); border: 1px solid var(--line) }

.numbers { display: flex; flex-wrap: wrap; gap: 10px 32px }
.numbers dd { font-size: 20px; line-height: 26px; font-weight: 600; letter-spacing: -.01em }
.numbers small { font-size: 13px; line-height: 1; font-weight: 400; color: var(--dim) }
.numbers dt { font-size: 11px; line-height: 16px; letter-spacing: .03em; color: var(--dim) }


.pairs { display: grid; grid-template-columns: minmax(96px, max-content) minmax(0, 1fr) }
.pairs > div { display: grid; grid-column: 1 / -1; grid-template-columns: subgrid; column-gap: 20px; min-height: 28px; padding: 4px 0; border-top: 1px solid var(--line) }
.pairs > div:last-child { border-bottom: 1px solid var(--line) }
.pairs dt { color: var(--dim) }
.pairs dd { overflow-wrap: anywhere }
.detail { font-size: 12px }
dd .detail { margin-left: 10px } td .detail { display: block }
table { width: 100%; border-collapse: collapse }
th { height: 24px; width: 1px; padding: 0 20px 4px 0; font-size: 11px; font-weight: 400; letter-spacing: .03em; color: var(--dim); text-align: start; white-space: nowrap }
td { height: 28px; padding: 4px 20px 4px 0; vertical-align: top; white-space: nowrap; border-top: 1px solid var(--line) }
td.grow { white-space: normal; overflow-wrap: anywhere }
tr:last-child td { border-bottom: 1px solid var(--line) }
th.grow { width: auto }
th.right, td.right { text-align: end } td:last-child, th:last-child { padding-right: 0 }
td.grow .mono, pre { white-space: pre-wrap }
td:not(.grow) .mono { display: inline-block; max-width: 300px; overflow: hidden; text-overflow: ellipsis; vertical-align: top }
pre { padding: 10px 12px; max-height: 320px; overflow: auto; background: var(--bg); border: 1px solid var(--line); border-radius: 8px; line-height: 18px; overflow-wrap: anywhere }
.meter { display: inline-block; width: 120px; height: 6px; border-radius: 3px; overflow: hidden; background: var(--soft); outline: 1px solid var(--line); vertical-align: 1px }
dd .meter { margin-left: 10px } .numbers .meter { display: block; width: 100%; margin: 3px 0 0 }
.meter > span { display: block; height: 100%; background: var(--key) }
.meter.warn > span { background: var(--warn) } .meter.error > span { background: var(--error) }

.timeline { display: grid; grid-template-columns: minmax(120px, max-content) minmax(120px, 1fr) max-content }
.timeline li { display: grid; grid-column: 1 / -1; grid-template-columns: subgrid; column-gap: 16px; align-items: center; min-height: 28px; border-top: 1px solid var(--line) }
.timeline li:last-child { border-bottom: 1px solid var(--line) }
.timeline .detail { margin-left: 8px }
.track { position: relative; height: 12px; background: linear-gradient(90deg, var(--soft) 1px, transparent 1px) 0 0 / 25% 100% }
.bar { position: absolute; inset: 1px auto 1px 0; border-radius: 3px; background: currentColor }
.bar.plain { color: var(--dim) }
.moment { position: absolute; top: 1px; width: 8px; height: 8px; margin: 1px 0 0 -4px; border-radius: 2px; rotate: 45deg; background: var(--text) }
.time { color: var(--dim); text-align: end }

@media (max-width: 720px) {
  .body { grid-template-columns: minmax(0, 1fr); grid-template-rows: 30% minmax(0, 1fr) }
  .list { border-right: 0; border-bottom: 1px solid var(--line) }
  header .link { display: none }
}
@media (prefers-reduced-motion: reduce) { * { transition: none !important } }
@media (forced-colors: active) {
  .handle, .drawer, .verdict, .meter, pre { border: 1px solid CanvasText }
  .meter > span, .bar, .moment { background: Highlight; forced-color-adjust: none }
  .tabs button { border-bottom-color: Canvas }
  .tabs button[aria-selected="true"] { border-bottom-color: Highlight }
  .row[aria-current] { outline: 2px solid Highlight }
}
`;
var se = "latchkey-toolbar",
  ke = class extends HTMLElement {
    #e = this.attachShadow({ mode: "closed" });
    #n = document.createElement("div");
    constructor() {
      super();
      let n = new CSSStyleSheet();
      (n.replaceSync(mn), (this.#e.adoptedStyleSheets = [n]), this.#e.append(this.#n));
    }
    connectedCallback() {
      ((this.popover = "manual"), this.showPopover?.());
    }
    show(n) {
      Ne(r(hn, { parameters: n }, n.exchange ?? ""), this.#n);
    }
  };
function Gn() {
  let e = Ye(import.meta.url);
  for (let o of document.scripts) o.src === import.meta.url && o.remove();
  let n = document.querySelector(se);
  if (n !== null) {
    n.show(e);
    return;
  }
  customElements.get(se) === void 0 && customElements.define(se, ke);
  let t = document.createElement(se);
  (t.show(e), document.documentElement.append(t));
}
window.top === window && Gn();
